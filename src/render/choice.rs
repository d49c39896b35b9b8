//! Which renderer a run uses, and clips dealt over several. A software adapter is never taken for a GPU unless it is asked for.

use std::path::Path;
use std::sync::Arc;

use super::gpu::{Adapter, GpuRenderer, adapters};
use super::{Clip, CpuRenderer, FailoverRenderer, Frames, Pixels, Renderer, Warn};
use crate::error::{Error, Result};
use crate::frame::PixelFormat;

/// What may render.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Backend {
    /// A real GPU if there is one that opens, else the CPU.
    #[default]
    Auto,
    /// A GPU, or software that poses as one.
    Gpu,
    /// The CPU.
    Cpu,
}

const BACKEND: &str = "backend";
const ADAPTER: &str = "adapter";

/// Opens the renderer of a run. `adapter` is a number from 0, a part of a name, or `all` for every real GPU. `warn` hears once
/// of each GPU that fails; the CPU goes on then.
///
/// # Errors
/// [`Error::Request`] when no adapter is as asked; the message lists those that were found.
pub fn open(backend: Backend, adapter: Option<&str>, warn: &Warn) -> Result<Box<dyn Renderer>> {
    if backend == Backend::Cpu {
        return match adapter {
            None => Ok(Box::new(CpuRenderer)),
            Some(wanted) => {
                Err(Error::request(ADAPTER, format!("{wanted} is not used with {BACKEND} cpu"), "drop one of them"))
            }
        };
    }
    if backend == Backend::Auto && adapter.is_none() && !gpu_devices() {
        return Ok(Box::new(CpuRenderer));
    }
    let found = adapters();
    let chosen = choose(backend, adapter, &found)?;
    let mut renderers: Vec<Box<dyn Renderer>> = Vec::new();
    for adapter in &chosen {
        match GpuRenderer::open(adapter) {
            Ok(gpu) => renderers.push(Box::new(FailoverRenderer::new(Box::new(gpu), Arc::clone(warn)))),
            Err(error) if backend == Backend::Auto => warn(&format!("{error}; not used")),
            Err(error) => return Err(Error::request(BACKEND, error.to_string(), "mend the driver or give cpu")),
        }
    }
    Ok(match renderers.len() {
        0 => Box::new(CpuRenderer),
        1 => renderers.remove(0),
        _ => Box::new(ShardedRenderer::new(renderers)),
    })
}

/// Whether the system has a device that a GPU's driver could use. Without one only software answers, and to load that costs more
/// time than a small run takes.
fn gpu_devices() -> bool {
    let nodes = ["/dev/dri", "/dev/nvidiactl", "/dev/dxg"];
    !cfg!(target_os = "linux") || nodes.iter().any(|node| Path::new(node).exists())
}

/// The adapters to open, none of them for the CPU renderer.
fn choose<'a>(backend: Backend, wanted: Option<&str>, found: &'a [Adapter]) -> Result<Vec<&'a Adapter>> {
    let real = || found.iter().filter(|adapter| adapter.is_real());
    let none = |problem: String, fix: &str| Err(Error::request(ADAPTER, format!("{problem} ({})", list(found)), fix));
    let Some(wanted) = wanted else {
        let best = real().find(|adapter| adapter.is_discrete()).or_else(|| real().next());
        return match (best, backend) {
            (Some(best), _) => Ok(vec![best]),
            (None, Backend::Gpu) if found.is_empty() => {
                let fix = "install a Vulkan driver (mesa-vulkan-drivers has one in software), or give auto or cpu";
                Err(Error::request(BACKEND, "no Vulkan adapter was found", fix))
            }
            (None, Backend::Gpu) => Ok(found.iter().take(1).collect()),
            (None, _) => Ok(Vec::new()),
        };
    };
    if wanted == "all" {
        let all: Vec<_> = real().collect();
        return if all.is_empty() { none("there is no real GPU".into(), "give `backend` cpu") } else { Ok(all) };
    }
    let names: Vec<_> = found.iter().map(Adapter::name).collect();
    match position(wanted, &names).map(|number| &found[number]) {
        Some(adapter) if backend == Backend::Auto && !adapter.is_real() => {
            none(format!("{} is software, no GPU", adapter.name()), "add `backend` gpu to use it all the same")
        }
        Some(adapter) => Ok(vec![adapter]),
        None => none(format!("no adapter is {wanted}"), "give the number or a part of the name of one, or all"),
    }
}

/// The place of the adapter that is meant: digits are a number and nothing else, all else is a part of a name.
fn position(wanted: &str, names: &[&str]) -> Option<usize> {
    if !wanted.is_empty() && wanted.bytes().all(|byte| byte.is_ascii_digit()) {
        return wanted.parse().ok().filter(|number| *number < names.len());
    }
    names.iter().position(|name| name.to_lowercase().contains(&wanted.to_lowercase()))
}

/// The adapters, for an error.
fn list(found: &[Adapter]) -> String {
    if found.is_empty() {
        return "none was found".into();
    }
    let names: Vec<_> =
        found.iter().enumerate().map(|(number, adapter)| format!("{number}: {}", adapter.name())).collect();
    format!("found {}", names.join(", "))
}

/// Several renderers; each clip goes to one, by its stream number, so that the same one takes it in every run.
pub struct ShardedRenderer {
    renderers: Vec<Box<dyn Renderer>>,
}

impl ShardedRenderer {
    /// Deals over these, at least one.
    #[must_use]
    pub fn new(renderers: Vec<Box<dyn Renderer>>) -> Self {
        assert!(!renderers.is_empty(), "somebody has to render");
        Self { renderers }
    }

    fn of(&self, clip: &Clip) -> &dyn Renderer {
        // Records count in the high 48 bits, a record's items in the low 16.
        let turn = (clip.noise.stream >> 16).wrapping_add(clip.noise.stream & 0xffff);
        &*self.renderers[(turn % self.renderers.len() as u64) as usize]
    }
}

impl Renderer for ShardedRenderer {
    fn name(&self) -> String {
        self.renderers.iter().map(|renderer| renderer.name()).collect::<Vec<_>>().join(" + ")
    }

    fn open_still(&self, clip: &Clip, index: u32) -> Result<Box<dyn Pixels + '_>> {
        self.of(clip).open_still(clip, index)
    }

    fn open_clip(&self, clip: &Clip, format: PixelFormat, first: u32) -> Result<Box<dyn Frames + '_>> {
        self.of(clip).open_clip(clip, format, first)
    }
}

#[cfg(test)]
mod tests {
    use super::position;

    #[test]
    fn a_number_is_a_number_and_no_part_of_a_name() {
        let names = ["llvmpipe (LLVM 15.0.6, 256 bits)", "NVIDIA H100"];
        let rows = [
            ("0", Some(0)),
            ("1", Some(1)),
            ("15", None),
            ("100", None),
            ("99999999999999999999999", None),
            ("h100", Some(1)),
            ("LLVM 15", Some(0)),
            ("-1", None),
        ];
        for (wanted, place) in rows {
            assert_eq!(position(wanted, &names), place, "{wanted}");
        }
    }
}
