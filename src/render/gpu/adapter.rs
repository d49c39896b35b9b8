//! Which GPUs there are. Knows nothing of what is rendered.

use crate::error::{Error, Result};

/// A graphics adapter that Vulkan offers.
#[derive(Debug)]
pub struct Adapter {
    adapter: wgpu::Adapter,
    info: wgpu::AdapterInfo,
}

/// Every adapter, in Vulkan's order. None when there is no driver.
#[must_use]
pub fn adapters() -> Vec<Adapter> {
    let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
    descriptor.backends = wgpu::Backends::VULKAN;
    descriptor.flags = wgpu::InstanceFlags::empty();
    let instance = wgpu::Instance::new(descriptor);
    let found = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::VULKAN));
    found.into_iter().map(|adapter| Adapter { info: adapter.get_info(), adapter }).collect()
}

impl Adapter {
    /// Its name, as the driver gives it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.info.name
    }

    /// Whether it is a GPU, in contrast to software on the CPU.
    #[must_use]
    pub fn is_real(&self) -> bool {
        use wgpu::DeviceType::{DiscreteGpu, IntegratedGpu, VirtualGpu};
        matches!(self.info.device_type, DiscreteGpu | IntegratedGpu | VirtualGpu)
    }

    /// Whether it has memory of its own, and so is most likely the fastest of a machine.
    #[must_use]
    pub fn is_discrete(&self) -> bool {
        self.info.device_type == wgpu::DeviceType::DiscreteGpu
    }

    /// A device with all that the adapter can do, and its queue.
    pub(super) fn open_device(&self) -> Result<(wgpu::Device, wgpu::Queue)> {
        let descriptor = wgpu::DeviceDescriptor {
            label: None,
            required_features: wgpu::Features::empty(),
            required_limits: self.adapter.limits(),
            experimental_features: wgpu::ExperimentalFeatures::disabled(),
            memory_hints: wgpu::MemoryHints::MemoryUsage,
            trace: wgpu::Trace::Off,
        };
        pollster::block_on(self.adapter.request_device(&descriptor))
            .map_err(|error| Error::Gpu(format!("{} does not open: {error}", self.name())))
    }
}
