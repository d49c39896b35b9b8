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

    /// What it is: `discrete GPU`, `software`, ..
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.info.device_type {
            wgpu::DeviceType::DiscreteGpu => "discrete GPU",
            wgpu::DeviceType::IntegratedGpu => "integrated GPU",
            wgpu::DeviceType::VirtualGpu => "virtual GPU",
            wgpu::DeviceType::Cpu => "software",
            wgpu::DeviceType::Other => "of an unknown kind",
        }
    }

    /// Its driver and that one's version, as it tells them.
    #[must_use]
    pub fn driver(&self) -> String {
        let told = [&self.info.driver, &self.info.driver_info].map(|text| text.trim());
        told.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// Bytes of the largest buffer that a shader may write to.
    #[must_use]
    pub fn largest_buffer(&self) -> u64 {
        let limits = self.adapter.limits();
        limits.max_buffer_size.min(limits.max_storage_buffer_binding_size)
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
