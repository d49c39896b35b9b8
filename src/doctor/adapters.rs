//! What renders: the CPU, and each GPU, which must make the CPU's bytes.

use std::path::Path;

use super::{Area, Finding};
use crate::error::{Error, Result};
use crate::frame::Size;
use crate::io::bytes::Bytes;
use crate::pattern::{Clip, Pattern, SceneStyle};
use crate::render::gpu::{Adapter, GpuRenderer, adapters};
use crate::render::{CpuRenderer, Renderer};
use crate::seed::{Noise, Seed};

/// A size with odd ends on both sides.
const SIZE: Size = Size { width: 333, height: 111 };

pub(super) fn findings(capabilities: Option<&str>) -> Vec<Finding> {
    let cpu = Finding::works(Area::Renderer, "cpu", "always there, and makes the same bytes as GPUs");
    let found = adapters();
    let none = || {
        let (why, fix) = missing(Path::new("/dev"), capabilities);
        Finding::absent(Area::Renderer, "GPU", why, fix)
    };
    let gpus: Vec<_> = found.iter().enumerate().map(|(number, adapter)| gpu(number, adapter)).collect();
    let real = found.iter().any(Adapter::is_real);
    [cpu].into_iter().chain(gpus).chain((!real).then(none)).collect()
}

fn gpu(number: usize, adapter: &Adapter) -> Finding {
    let name = format!("{number}: {}", adapter.name());
    let use_of = if adapter.is_real() { "" } else { "; no GPU, taken with --backend gpu only" };
    match same_as_cpu(adapter) {
        Ok(()) => {
            let detail = format!(
                "{}, {}, buffers of {} at most; makes the CPU's bytes{use_of}",
                adapter.kind(),
                adapter.driver(),
                Bytes(adapter.largest_buffer())
            );
            Finding::works(Area::Renderer, name, detail)
        }
        Err(why) => {
            let fix = "mend or update its driver, or give --backend cpu, which makes the same bytes";
            Finding::absent(Area::Renderer, name, format!("{}: {why}", adapter.kind()), Some(fix.to_owned()))
        }
    }
}

/// Renders a frame of each pattern on both.
fn same_as_cpu(adapter: &Adapter) -> Result<()> {
    let gpu = GpuRenderer::open(adapter)?;
    for pattern in [Pattern::Noise, Pattern::MovingShapes, Pattern::GridClock] {
        let noise = Noise { key: Seed(1).key("doctor"), stream: 0 };
        let clip = Clip { pattern, style: SceneStyle::Unique, size: SIZE, frames: 9, noise };
        let frame = |renderer: &dyn Renderer| -> Result<Vec<u8>> {
            let mut rgb = vec![0; SIZE.rgb_bytes() as usize];
            renderer.open_still(&clip, 4)?.read(&mut rgb)?;
            Ok(rgb)
        };
        if frame(&gpu)? != frame(&CpuRenderer)? {
            return Err(Error::Gpu(format!("its {} is not the CPU's", pattern.row().name)));
        }
    }
    Ok(())
}

/// Why there is no GPU, by the devices that there are, and what to do about it.
fn missing(devices: &Path, capabilities: Option<&str>) -> (&'static str, Option<String>) {
    let has = |name: &str| devices.join(name).exists();
    let said = capabilities.unwrap_or_default();
    let has_graphics = said.split(',').any(|one| matches!(one.trim(), "all" | "graphics"));
    if has("nvidiactl") && !has_graphics && capabilities.is_some() {
        let fix = format!("start the container with NVIDIA_DRIVER_CAPABILITIES=all; it was {said}");
        return ("NVIDIA's driver is here, its Vulkan is not", Some(fix));
    }
    if has("nvidiactl") {
        let fix = "install the Vulkan part of NVIDIA's driver (libnvidia-gl) and libvulkan1; in a container, start it with \
                   NVIDIA_DRIVER_CAPABILITIES=all";
        return ("NVIDIA's driver is here, its Vulkan is not", Some(fix.to_owned()));
    }
    if has("dri") {
        let fix = "install a Vulkan driver, such as mesa-vulkan-drivers, and libvulkan1; and join the group that /dev/dri is of";
        return ("there is a graphics device, and no Vulkan driver for it", Some(fix.to_owned()));
    }
    ("there is no graphics device; the CPU renders", None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_told_by_what_is_there() -> std::io::Result<()> {
        let folder = std::env::temp_dir().join(format!("masque-doctor-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("dri"))?;
        let fix = |capabilities| missing(&folder, capabilities).1.unwrap_or_default();
        assert!(fix(None).contains("mesa-vulkan-drivers"));
        std::fs::write(folder.join("nvidiactl"), "")?;
        assert!(fix(Some("compute,utility")).contains("it was compute,utility"));
        assert!(fix(Some("graphics, video")).contains("libnvidia-gl"));
        assert!(fix(None).contains("libnvidia-gl"));
        std::fs::remove_dir_all(&folder)?;
        assert_eq!(missing(&folder, None).1, None);
        Ok(())
    }
}
