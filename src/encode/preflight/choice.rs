//! Which encoder a request's word for it stands for.

use super::trial::works;
use super::{codec, lacking};
use crate::distribution::Distribution;
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
    let usable = |row: &&Codec| {
        let fits = [&spec.width, &spec.height].into_iter().all(|sides| fits(row, sides));
        fits && row.containers.contains(&container.name) && works(container, row.name).is_ok()
    };
    let on_card = || CODECS.iter().filter(|row| row.on_cpu.is_some()).find(usable);
    let usual = || codec(container.codec).filter(usable);
    let any = || CODECS.iter().filter(|row| row.on_cpu.is_none()).find(usable);
    let row = on_card().or_else(usual).or_else(any);
    row.map(|row| row.name.to_owned()).ok_or_else(|| lacking(container, "no encoder works for such frames"))
}

/// Whether the encoder takes such sides. Bounds that the request does not name will be moved to what it takes.
fn fits(row: &Codec, sides: &Distribution) -> bool {
    let (low, high) = sides.bounds();
    let low_fits = low >= f64::from(row.sides.0) || (sides.fixed().is_none() && low == SIDES.0);
    let high_fits = high <= f64::from(row.sides.1) || (sides.fixed().is_none() && high == SIDES.1);
    low_fits && high_fits && !(row.even && low == high && low % 2.0 == 1.0)
}
