//! Which encoder a request's word for it stands for.

use super::trial::works;
use super::{codec, lacking};
use crate::encode::codec::{CODECS, Codec, Container};
use crate::error::Result;
use crate::spec::{SIDES, VideoSpec};

/// The encoder to take. `auto` is one on a graphics card where one really encodes, else the container's own, else any that
/// works. An encoder on a graphics card that does not work becomes, where the request lets it, the CPU encoder of the same
/// codec; `warn` hears why.
///
/// # Errors
/// [`crate::error::Error::Request`] when nothing works.
pub(super) fn choose(container: &Container, spec: &VideoSpec, warn: &dyn Fn(&str)) -> Result<String> {
    if spec.codec == "auto" {
        return auto(container, spec);
    }
    let Some(on_cpu) = codec(&spec.codec).and_then(|row| row.on_cpu).filter(|_| spec.fallback) else {
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

fn auto(container: &Container, spec: &VideoSpec) -> Result<String> {
    // Bounds that the request does not name are moved to what the encoder takes.
    let (low, high) = [&spec.width, &spec.height]
        .map(|sides| sides.bounds())
        .into_iter()
        .filter(|bounds| *bounds != SIDES)
        .fold((f64::MAX, 0.0_f64), |(low, high), bounds| (low.min(bounds.0), high.max(bounds.1)));
    let usable = |row: &&Codec| {
        let fits = f64::from(row.sides.0) <= low && high <= f64::from(row.sides.1);
        let even = !row.even || low != high || low % 2.0 == 0.0;
        fits && even && row.containers.contains(&container.name) && works(container, row.name).is_ok()
    };
    let on_card = || CODECS.iter().filter(|row| row.on_cpu.is_some()).find(usable);
    let usual = || codec(container.codec).filter(usable);
    let any = || CODECS.iter().filter(|row| row.on_cpu.is_none()).find(usable);
    let row = on_card().or_else(usual).or_else(any);
    row.map(|row| row.name.to_owned()).ok_or_else(|| lacking(container, "no encoder works for such frames"))
}
