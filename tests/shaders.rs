//! The shaders without a GPU: each is valid WGSL, and what the host writes lies where the shader reads it.
#![allow(missing_docs, clippy::unwrap_used)]

use std::mem::offset_of;

use masque::pattern::{PATTERNS, Pattern, grid_clock, moving_shapes, noise};
use masque::render::{gpu::Band, yuv};
use naga::valid::{Capabilities, ValidationFlags, Validator};

/// Every shader as the device gets it, by name.
fn shaders() -> Vec<(&'static str, String)> {
    let patterns = PATTERNS.iter().map(|row| (row.name, row.shader.concat()));
    patterns.chain([("yuv", yuv::SHADER.to_owned())]).collect()
}

fn parse(name: &str, source: &str) -> naga::Module {
    naga::front::wgsl::parse_str(source).unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(source)))
}

#[test]
fn shaders_are_valid() {
    for (name, source) in shaders() {
        let module = parse(name, &source);
        let mut validator = Validator::new(ValidationFlags::all(), Capabilities::empty());
        validator.validate(&module).unwrap_or_else(|error| panic!("{name}: {}", error.emit_to_string(&source)));
        assert_eq!(module.entry_points.iter().map(|entry| &entry.name[..]).collect::<Vec<_>>(), ["main"], "{name}");
    }
}

/// A byte is promised to be the same on every device: no floats, no 64 bits, no atomics.
#[test]
fn shaders_compute_in_32_bit_integers() {
    for (name, source) in shaders() {
        for (_, ty) in parse(name, &source).types.iter() {
            let scalar = match ty.inner {
                naga::TypeInner::Scalar(scalar) | naga::TypeInner::Vector { scalar, .. } => scalar,
                naga::TypeInner::Struct { .. } | naga::TypeInner::Array { .. } | naga::TypeInner::Pointer { .. } => {
                    continue;
                }
                ref other => panic!("{name}: {other:?}"),
            };
            let exact = matches!(scalar, naga::Scalar::U32 | naga::Scalar::I32 | naga::Scalar::BOOL);
            assert!(exact, "{name}: {scalar:?}");
        }
    }
}

/// Members and their offsets, then the size.
fn layout(module: &naga::Module, name: &str) -> (Vec<(String, usize)>, usize) {
    for (_, ty) in module.types.iter().filter(|(_, ty)| ty.name.as_deref() == Some(name)) {
        if let naga::TypeInner::Struct { members, span } = &ty.inner {
            let members = members.iter().map(|member| (member.name.clone().unwrap(), member.offset as usize));
            return (members.collect(), *span as usize);
        }
    }
    panic!("no {name}");
}

macro_rules! assert_layout {
    ($module:expr, $type:ty, $name:literal, $($member:ident),+) => {
        let expected = vec![$((stringify!($member).to_owned(), offset_of!($type, $member))),+];
        assert_eq!(layout($module, $name), (expected, size_of::<$type>()), "{}", stringify!($type));
    };
}

#[test]
fn params_lie_where_shaders_read_them() {
    let module = |pattern: Pattern| parse(pattern.row().name, &pattern.row().shader.concat());

    let shapes = &module(Pattern::MovingShapes);
    assert_layout!(shapes, moving_shapes::Params, "Params", ground, count, shapes);
    assert_layout!(shapes, moving_shapes::Shape, "Shape", kind, colour, x, y, reach);

    let clock = &module(Pattern::GridClock);
    #[rustfmt::skip]
    assert_layout!(
        clock, grid_clock::Params, "Params", ground, grid, pitch, line, grid_x, grid_y, centre_x, centre_y, reach, inner, outer,
        circle, dot_square, dot, hour, minute, text_x, text_y, text_scale, letters, text, glyphs
    );
    assert_layout!(clock, grid_clock::Hand, "Hand", colour, x, y, length, half);

    let noise = &module(Pattern::Noise);
    assert_layout!(noise, noise::Params, "Params", key, counter_low, counter_high, nonce_low, nonce_high, width);

    for row in PATTERNS {
        let noise = masque::seed::Noise { key: [7; 32], stream: 3 };
        let (style, size) = (masque::pattern::SceneStyle::Unique, masque::frame::Size::new(64, 48));
        let clip = masque::pattern::Clip { pattern: row.pattern, style, size, frames: 2, noise };
        let bytes = clip.scene().unwrap().content(0).params().len();
        assert_eq!(layout(&module(row.pattern), "Params").1, bytes, "{}", row.name);
    }
    for (name, source) in shaders() {
        assert_layout!(&parse(name, &source), Band, "Band", width, top, rows, format);
    }
}

/// The twins share their constants, too.
#[test]
fn tables_have_one_length() {
    let clock = PATTERNS[1].shader.concat();
    assert!(clock.contains(&format!("array<array<u32, 2>, {}>", grid_clock::MAX_LETTERS)));
    assert!(PATTERNS[0].shader.concat().contains(&format!("array<Shape, {}>", moving_shapes::MAX_SHAPES)));
}
