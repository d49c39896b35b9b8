//! Which encoder a request's word for it stands for.

use super::trial::works;
use super::{codec, lacking, own, settle_sides};
use crate::encode::video::{Container, VIDEO_CODECS, VideoCodec};
use crate::error::Result;
use crate::spec::VideoSpec;

/// The encoder to take. `auto` is the container's for drawings where that takes them, else one on a graphics card where one really
/// encodes, else the container's own, else any that works. An encoder on a graphics card that does not work becomes, where the request lets
/// it, the CPU encoder of the same codec; `warn` hears why.
///
/// # Errors
/// [`crate::error::Error::Request`] when nothing works.
pub(super) fn choose(container: &Container, spec: &VideoSpec, warn: &dyn Fn(&str)) -> Result<String> {
    if spec.codec == "auto" {
        return auto(container, spec);
    }
    let Some(on_cpu) = codec(&spec.codec).filter(|_| spec.fallback).and_then(|row| on_cpu(row, spec)) else {
        return Ok(spec.codec.clone());
    };
    match works(container, &spec.codec) {
        Ok(()) => Ok(spec.codec.clone()),
        Err(reason) => {
            warn(&format!("{reason}; encoding with {on_cpu} instead"));
            Ok(on_cpu.to_owned())
        }
    }
}

/// The encoder that stands for one on a graphics card: its row's, or where this FFmpeg lacks that, this crate's own of the same codec. None
/// for other encoders, and where there is neither.
pub(super) fn on_cpu(row: &VideoCodec, spec: &VideoSpec) -> Option<&'static str> {
    let listed = row.on_cpu?;
    let own = VIDEO_CODECS.iter().filter(|other| other.own && other.stream == row.stream && own::suits(spec));
    [listed].into_iter().chain(own.map(|row| row.name)).find(|name| own::formats(name).is_some())
}

fn auto(container: &Container, spec: &VideoSpec) -> Result<String> {
    let usable = |row: &&VideoCodec| {
        let fits = row.containers.contains(&container.name) && settle_sides(spec, row).is_ok();
        fits && (!row.own || own::suits(spec)) && works(container, row.name).is_ok()
    };
    let drawn = || container.drawn.and_then(codec).filter(usable);
    let on_card = || VIDEO_CODECS.iter().filter(|row| row.on_cpu.is_some()).find(usable);
    let usual = || codec(container.codec).filter(usable);
    let any = || VIDEO_CODECS.iter().filter(|row| row.on_cpu.is_none()).find(usable);
    let row = drawn().or_else(on_card).or_else(usual).or_else(any);
    row.map(|row| row.name.to_owned()).ok_or_else(|| lacking(container, spec, "no encoder works for such frames"))
}
