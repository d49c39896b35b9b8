//! Resizing, with the Catmull-Rom cubic: its weights are sums and products, which every machine rounds alike, and the resizer
//! sums 8-bit pixels up in integers, so that its SIMD and its plain code give the same bytes (tested below). Colours are weighed
//! by their opacity, so that none comes out of what is transparent.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use crate::error::{Error, Result};
use crate::frame::{Raster, Size};
use crate::spec::Fit;

/// The most pixels between the two passes, down and then across. Where there would be more, the first pass goes across.
const BETWEEN: u64 = 1 << 28;

/// The image at another size.
///
/// # Errors
/// [`Error::Memory`].
pub(super) fn resize(image: &Raster, size: Size, fit: Fit) -> Result<Raster> {
    resize_with(&mut Resizer::new(), image, size, fit)
}

fn resize_with(resizer: &mut Resizer, image: &Raster, size: Size, fit: Fit) -> Result<Raster> {
    match fit {
        Fit::Stretch => scale(resizer, image, Part::whole(image.size), size),
        Fit::Cover => scale(resizer, image, Part::covering(image.size, size), size),
        Fit::Contain => {
            let inner = scale(resizer, image, Part::whole(image.size), contained(image.size, size))?;
            if inner.size == size {
                return Ok(inner);
            }
            let mut outer = Raster::blank(size, image.alpha)?;
            outer.put_in_the_middle(&inner);
            Ok(outer)
        }
    }
}

/// The part of an image that is shown, in pixels.
#[derive(Debug, Clone, Copy)]
struct Part {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

impl Part {
    fn whole(size: Size) -> Self {
        Self { left: 0.0, top: 0.0, width: size.width.into(), height: size.height.into() }
    }

    /// The middle of an image, as much as has the aspect ratio of `to`.
    fn covering(from: Size, to: Size) -> Self {
        let whole = Self::whole(from);
        let (width, height) = (f64::from(to.width), f64::from(to.height));
        if u64::from(from.width) * u64::from(to.height) > u64::from(to.width) * u64::from(from.height) {
            let width = whole.height * width / height;
            Self { left: (whole.width - width) / 2.0, width, ..whole }
        } else {
            let height = whole.width * height / width;
            Self { top: (whole.height - height) / 2.0, height, ..whole }
        }
    }
}

/// The largest size with the aspect ratio of `from` that lies in `to`, rounded to the nearest.
fn contained(from: Size, to: Size) -> Size {
    let [from_width, from_height, width, height] = [from.width, from.height, to.width, to.height].map(u64::from);
    let nearest = |side: u64, of: u64| ((2 * side + of) / (2 * of)).max(1) as u32;
    if from_width * height > width * from_height {
        Size::new(to.width, nearest(from_height * width, from_width))
    } else {
        Size::new(nearest(from_width * height, from_height), to.height)
    }
}

/// Resizes a part of an image, each side by itself.
fn scale(resizer: &mut Resizer, image: &Raster, part: Part, size: Size) -> Result<Raster> {
    let Size { width, height } = image.size;
    if u64::from(width) * u64::from(size.height) > BETWEEN && width > size.width {
        let across = Part { top: 0.0, height: height.into(), ..part };
        let narrow = scale(resizer, image, across, Size::new(size.width, height))?;
        return scale(resizer, &narrow, Part { left: 0.0, width: size.width.into(), ..part }, size);
    }
    let failed = |why: &dyn std::fmt::Display| Error::encode("resize", why);
    let kind = if image.alpha { PixelType::U8x4 } else { PixelType::U8x3 };
    let from = ImageRef::new(width, height, &image.pixels, kind).map_err(|why| failed(&why))?;
    let blank = Raster::blank(size, image.alpha)?.pixels;
    let mut to = Image::from_vec_u8(size.width, size.height, blank, kind).map_err(|why| failed(&why))?;
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom)).crop(
        part.left,
        part.top,
        part.width,
        part.height,
    );
    resizer.resize(&from, &mut to, &options).map_err(|why| failed(&why))?;
    Ok(Raster { size, alpha: image.alpha, pixels: to.into_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use fast_image_resize::CpuExtensions;
    use rand::Rng;
    use sha2::{Digest, Sha256};

    fn noise(width: u32, height: u32, alpha: bool) -> Result<Raster> {
        let mut noise = Raster::blank(Size::new(width, height), alpha)?;
        crate::seed::Seed(3).stream("resize", u64::from(width)).fill_bytes(&mut noise.pixels);
        // Edges from black to white, where the cubic overshoots.
        noise.pixels.chunks_mut(9).step_by(2).for_each(|run| run.fill(255));
        Ok(noise)
    }

    /// The plain code, which every machine has, against what this machine has.
    #[test]
    fn no_instruction_set_changes_a_byte() -> Result<()> {
        #[cfg(target_arch = "x86_64")]
        let sets = [CpuExtensions::Sse4_1, CpuExtensions::Avx2];
        #[cfg(target_arch = "aarch64")]
        let sets = [CpuExtensions::Neon];
        let froms = [(1, 1), (2, 3), (5, 4), (17, 9), (64, 33), (301, 203), (640, 427), (2000, 31)];
        let tos = [(1, 1), (3, 2), (7, 8), (64, 64), (129, 65), (512, 512), (1000, 3)];
        for ((width, height), alpha) in froms.into_iter().flat_map(|from| [(from, false), (from, true)]) {
            let image = noise(width, height, alpha)?;
            for ((width, height), fit) in
                tos.into_iter().zip([Fit::Stretch, Fit::Cover, Fit::Contain].into_iter().cycle())
            {
                let size = Size::new(width, height);
                let with = |set: CpuExtensions| {
                    let mut resizer = Resizer::new();
                    #[expect(unsafe_code, reason = "choosing an instruction set is the crate's one unsafe call")]
                    // SAFETY: only sets that this CPU supports come here.
                    unsafe {
                        resizer.set_cpu_extensions(set);
                    }
                    resize_with(&mut resizer, &image, size, fit)
                };
                let plain = with(CpuExtensions::None)?;
                for set in sets.into_iter().filter(CpuExtensions::is_supported) {
                    assert!(plain == with(set)?, "{:?} to {size:?}: {fit:?}, {set:?}", image.size);
                }
            }
        }
        Ok(())
    }

    #[test]
    fn value_stability() -> Result<()> {
        let resized = resize(&noise(301, 203, false)?, Size::new(64, 100), Fit::Stretch)?;
        assert_eq!(crate::io::digest::hex(&Sha256::digest(resized.pixels))[..16], *"a30b05d124b33fd8");
        Ok(())
    }

    #[test]
    fn the_same_size_is_the_same_image() -> Result<()> {
        let image = noise(33, 21, false)?;
        for fit in [Fit::Stretch, Fit::Cover, Fit::Contain] {
            assert_eq!(resize(&image, image.size, fit)?, image);
        }
        Ok(())
    }

    #[test]
    fn what_is_contained_touches_two_edges() {
        for from in [(1, 1), (3, 7), (640, 427), (65_535, 1), (1, 65_535)] {
            for to in [(1, 1), (100, 100), (37, 911), (65_535, 65_535)] {
                let [from, to] = [from, to].map(|(width, height)| Size::new(width, height));
                let inner = contained(from, to);
                assert!(inner.width <= to.width && inner.height <= to.height, "{from:?} in {to:?}: {inner:?}");
                assert!(inner.width == to.width || inner.height == to.height, "{from:?} in {to:?}: {inner:?}");
            }
        }
    }

    /// An image of one row to one of one column would stand in memory at the full size of both sides.
    #[test]
    fn the_longest_sides_take_no_memory_between_the_passes() -> Result<()> {
        let image = noise(65_535, 1, false)?;
        for fit in [Fit::Stretch, Fit::Cover, Fit::Contain] {
            assert_eq!(resize(&image, Size::new(1, 65_535), fit)?.pixels.len(), 3 * 65_535);
        }
        Ok(())
    }
}
