//! The compute pipelines, one for each pattern and one for YUV, all with the same three bindings: a uniform, what is read, what
//! is written.

use bytemuck::{Pod, Zeroable};

use crate::frame::PixelFormat;
use crate::pattern::{PATTERNS, Pattern};
use crate::render::yuv::SHADER;

/// The rows of a frame that one dispatch makes: the uniform of both passes.
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub struct Band {
    /// Pixels in a row, 1..
    pub width: u32,
    /// The first row, a multiple of 64.
    pub top: u32,
    /// Rows, 1..
    pub rows: u32,
    /// 0: I420, 1: NV12; read by the second pass only.
    pub format: u32,
}

impl Band {
    /// Bytes of its RGB.
    pub(super) fn rgb_bytes(self) -> u64 {
        u64::from(self.width) * u64::from(self.rows) * 3
    }

    /// Blocks of 8 pixels in a row, the last one perhaps of fewer.
    pub(super) fn blocks(self) -> u32 {
        self.width.div_ceil(8)
    }

    /// Pairs of rows, the last one perhaps of one row.
    pub(super) fn pairs(self) -> u32 {
        self.rows.div_ceil(2)
    }

    /// Bytes of its planes: 8 a block and row of luma, and as many a block and pair of chroma.
    pub(super) fn yuv_bytes(self) -> u64 {
        u64::from(self.blocks()) * 8 * (u64::from(self.rows) + u64::from(self.pairs()))
    }

    /// `format` as the shader has it.
    pub(super) fn format(format: Option<PixelFormat>) -> u32 {
        u32::from(format == Some(PixelFormat::Nv12))
    }
}

/// Every pipeline, and the layout that they share.
#[derive(Debug)]
pub(super) struct Kernels {
    layout: wgpu::BindGroupLayout,
    patterns: Vec<wgpu::ComputePipeline>,
    yuv: wgpu::ComputePipeline,
}

impl Kernels {
    pub(super) fn build(device: &wgpu::Device) -> Self {
        let storage = |read_only| wgpu::BufferBindingType::Storage { read_only };
        let entry = |binding, ty| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
            count: None,
        };
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: None,
            entries: &[entry(0, wgpu::BufferBindingType::Uniform), entry(1, storage(true)), entry(2, storage(false))],
        });
        let shared = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: None,
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let pipeline = |name: &str, source: String| {
            let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some(name),
                source: wgpu::ShaderSource::Wgsl(source.into()),
            });
            device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(name),
                layout: Some(&shared),
                module: &module,
                entry_point: Some("main"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                cache: None,
            })
        };
        let patterns = PATTERNS.iter().map(|row| pipeline(row.name, row.shader.concat())).collect();
        let yuv = pipeline("yuv", SHADER.to_owned());
        Self { layout, patterns, yuv }
    }

    /// Binds the uniform, what is read and what is written.
    pub(super) fn bind(&self, device: &wgpu::Device, buffers: [&wgpu::Buffer; 3]) -> wgpu::BindGroup {
        let entries = [0, 1, 2]
            .map(|binding| wgpu::BindGroupEntry { binding, resource: buffers[binding as usize].as_entire_binding() });
        device.create_bind_group(&wgpu::BindGroupDescriptor { label: None, layout: &self.layout, entries: &entries })
    }

    /// The first pass: RGB. Noise takes an invocation for 64 bytes, the others for 4 pixels.
    pub(super) fn rgb(&self, to: &mut wgpu::CommandEncoder, pattern: Pattern, bound: &wgpu::BindGroup, band: Band) {
        let bytes = if pattern == Pattern::Noise { 64 } else { 12 };
        let groups = band.rgb_bytes().div_ceil(bytes * 64).max(1);
        let columns = groups.min(MAX_GROUPS);
        dispatch(to, &self.patterns[pattern as usize], bound, (columns as u32, groups.div_ceil(columns) as u32));
    }

    /// The second pass: YUV. An invocation takes 8 x 2 pixels.
    pub(super) fn yuv(&self, to: &mut wgpu::CommandEncoder, bound: &wgpu::BindGroup, band: Band) {
        dispatch(to, &self.yuv, bound, (band.blocks().div_ceil(8), band.pairs().div_ceil(8)));
    }
}

/// The most workgroups a dimension that every adapter takes.
const MAX_GROUPS: u64 = 65_535;

fn dispatch(
    to: &mut wgpu::CommandEncoder,
    pipeline: &wgpu::ComputePipeline,
    bound: &wgpu::BindGroup,
    groups: (u32, u32),
) {
    let mut pass = to.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
    pass.set_pipeline(pipeline);
    pass.set_bind_group(0, bound, &[]);
    pass.dispatch_workgroups(groups.0, groups.1, 1);
}
