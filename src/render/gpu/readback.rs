//! From kernels to the host's memory, band by band, through a ring of staging buffers: while the caller works on one band, the
//! device renders and copies the next ones. Knows nothing of what a pattern shows.

use std::collections::VecDeque;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::time::Duration;

use super::kernels::Band;
use super::{Breakdown, GpuRenderer};
use crate::error::{Error, Result};
use crate::frame::{PixelFormat, Planes};
use crate::pattern::{Clip, Content, Scene};

/// Bands in flight: one that is read, one that is copied, one that is rendered.
const RING: usize = 3;

/// A device that has not answered for so long does not answer any more.
const PATIENCE: Duration = Duration::from_secs(120);

/// Rows of a band are a multiple of this, so that each band starts with a block of the keystream and a pair of rows.
const BAND_ROWS: u64 = 64;

/// The bands of a range of frames, in order.
pub(super) struct Readback<'a> {
    gpu: &'a GpuRenderer,
    clip: Clip,
    scene: Box<dyn Scene>,
    format: Option<PixelFormat>,
    buffers: Buffers,
    /// Rows of every band but a frame's last.
    band_rows: u32,
    /// Frames of which bands are yet to be submitted.
    frames: Range<u32>,
    /// What the first of those shows.
    content: Option<Content>,
    /// Its first row that is yet to be submitted.
    top: u32,
    flying: VecDeque<Flying>,
}

/// What all bands share; the queue runs them one after another.
struct Buffers {
    uniform: wgpu::Buffer,
    params: wgpu::Buffer,
    rgb: wgpu::Buffer,
    yuv: Option<wgpu::Buffer>,
    rgb_bound: wgpu::BindGroup,
    yuv_bound: Option<wgpu::BindGroup>,
}

/// A band on its way.
struct Flying {
    band: Band,
    staging: wgpu::Buffer,
    submission: wgpu::SubmissionIndex,
    mapped: mpsc::Receiver<Result<(), wgpu::BufferAsyncError>>,
    /// Its bytes, once they are here.
    view: Option<wgpu::BufferView>,
}

impl<'a> Readback<'a> {
    /// Starts on frames `frames` of a clip, as YUV or as RGB.
    pub(super) fn open(
        gpu: &'a GpuRenderer,
        clip: &Clip,
        format: Option<PixelFormat>,
        frames: Range<u32>,
    ) -> Result<Self> {
        gpu.fault.check()?;
        let scene = clip.scene()?;
        let content = scene.content(frames.start);
        let mut band = Band { width: clip.size.width, top: 0, rows: 1, format: Band::format(format) };
        let row_bytes = band.rgb_bytes().max(u64::from(band.blocks()) * 12);
        let rows = (gpu.band_bytes / row_bytes / BAND_ROWS).max(1) * BAND_ROWS;
        band.rows = rows.min(u64::from(clip.size.height)) as u32;
        let buffers = Buffers::new(gpu, clip, format, band, content.params().len() as u64);
        let mut readback = Self {
            gpu,
            clip: *clip,
            scene,
            format,
            buffers,
            band_rows: band.rows,
            frames,
            content: Some(content),
            top: 0,
            flying: VecDeque::with_capacity(RING),
        };
        for _ in 0..RING {
            readback.submit(None);
        }
        gpu.fault.check()?;
        Ok(readback)
    }

    /// Renders the next band, if any is left, into `staging` or a new one.
    fn submit(&mut self, staging: Option<wgpu::Buffer>) {
        if self.frames.is_empty() {
            return;
        }
        let rows = self.band_rows.min(self.clip.size.height - self.top);
        let format = Band::format(self.format);
        let band = Band { width: self.clip.size.width, top: self.top, rows, format };
        let content = self.content.get_or_insert_with(|| self.scene.content(self.frames.start));
        self.gpu.queue.write_buffer(&self.buffers.uniform, 0, bytemuck::bytes_of(&band));
        self.gpu.queue.write_buffer(&self.buffers.params, 0, content.params());
        let staging = staging.unwrap_or_else(|| self.buffers.staging(self.gpu));
        self.flying.push_back(self.buffers.fly(self.gpu, &self.clip, band, staging));
        self.top += rows;
        if self.top == self.clip.size.height {
            self.top = 0;
            self.frames.start += 1;
            self.content = None;
        }
    }

    /// Waits for the oldest band and gives its bytes.
    pub(super) fn oldest(&mut self) -> Result<(&[u8], Band)> {
        let gpu = self.gpu;
        let Some(oldest) = self.flying.front_mut() else {
            return Err(Error::Gpu("there is no frame after the last".into()));
        };
        if oldest.view.is_none() {
            wait(gpu, &oldest.submission)?;
            let answer = oldest.mapped.recv_timeout(PATIENCE);
            gpu.fault.check()?;
            answer.map_err(|error| gpu.failed(error))?.map_err(|error| gpu.failed(error))?;
            let view = oldest.staging.slice(..).get_mapped_range().map_err(|error| gpu.failed(error))?;
            oldest.view = Some(view);
        }
        match &oldest.view {
            Some(view) => Ok((view, oldest.band)),
            None => Err(gpu.failed("no bytes came")),
        }
    }

    /// Gives the oldest band's staging buffer to the next band.
    pub(super) fn release(&mut self) -> Result<()> {
        if let Some(Flying { staging, view, .. }) = self.flying.pop_front() {
            drop(view);
            staging.unmap();
            self.submit(Some(staging));
        }
        self.gpu.fault.check()
    }
}

impl GpuRenderer {
    /// Notes what went wrong and makes an error of the first such thing.
    fn failed(&self, problem: impl ToString) -> Error {
        self.fault.note(problem.to_string());
        self.fault.check().err().unwrap_or_else(|| Error::Gpu(problem.to_string()))
    }
}

/// Waits until a submission is done. wgpu panics here when the device is lost meanwhile; to us that is an error like others.
fn wait(gpu: &GpuRenderer, submission: &wgpu::SubmissionIndex) -> Result<()> {
    let poll = wgpu::PollType::Wait { submission_index: Some(submission.clone()), timeout: Some(PATIENCE) };
    match catch_unwind(AssertUnwindSafe(|| gpu.device.poll(poll))) {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(gpu.failed(error)),
        Err(_) => Err(gpu.failed("the device was lost")),
    }
}

impl Buffers {
    /// Buffers for bands of up to the rows of `largest`.
    fn new(gpu: &GpuRenderer, clip: &Clip, format: Option<PixelFormat>, largest: Band, params: u64) -> Self {
        use wgpu::BufferUsages as Usage;
        debug_assert_eq!(clip.size.width, largest.width);
        let uniform = buffer(gpu, size_of::<Band>() as u64, Usage::UNIFORM | Usage::COPY_DST);
        let params = buffer(gpu, params, Usage::STORAGE | Usage::COPY_DST);
        // Whole blocks of the keystream and whole groups of four pixels.
        let rgb_bytes = largest.rgb_bytes().next_multiple_of(64 * 3);
        let rgb = buffer(gpu, rgb_bytes, Usage::STORAGE | Usage::COPY_SRC);
        let rgb_bound = gpu.kernels.bind(&gpu.device, [&uniform, &params, &rgb]);
        let yuv = format.map(|_| buffer(gpu, largest.yuv_bytes(), Usage::STORAGE | Usage::COPY_SRC));
        let yuv_bound = yuv.as_ref().map(|yuv| gpu.kernels.bind(&gpu.device, [&uniform, &rgb, yuv]));
        Self { uniform, params, rgb, yuv, rgb_bound, yuv_bound }
    }

    /// A staging buffer for any band.
    fn staging(&self, gpu: &GpuRenderer) -> wgpu::Buffer {
        let size = self.yuv.as_ref().unwrap_or(&self.rgb).size();
        buffer(gpu, size, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST)
    }

    /// Renders a band, copies it to `staging` and asks for that to be mapped.
    fn fly(&self, gpu: &GpuRenderer, clip: &Clip, band: Band, staging: wgpu::Buffer) -> Flying {
        let mut commands = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        gpu.kernels.rgb(&mut commands, clip.pattern, &self.rgb_bound, band);
        if let (Some(yuv), Some(bound)) = (&self.yuv, &self.yuv_bound) {
            gpu.kernels.yuv(&mut commands, bound, band);
            commands.copy_buffer_to_buffer(yuv, 0, &staging, 0, band.yuv_bytes());
        } else {
            commands.copy_buffer_to_buffer(&self.rgb, 0, &staging, 0, band.rgb_bytes().next_multiple_of(4));
        }
        let submission = gpu.queue.submit([commands.finish()]);
        if gpu.suffers(Breakdown::MappingFailed) {
            staging.destroy();
        }
        let (answer, mapped) = mpsc::sync_channel(1);
        staging.slice(..).map_async(wgpu::MapMode::Read, move |result| {
            // Nobody listens when the reader was dropped first.
            let _ = answer.send(result);
        });
        Flying { band, staging, submission, mapped, view: None }
    }
}

fn buffer(gpu: &GpuRenderer, size: u64, usage: wgpu::BufferUsages) -> wgpu::Buffer {
    // No device has so much.
    let size = if gpu.suffers(Breakdown::AllocationRefused) { gpu.device.limits().max_buffer_size + 4 } else { size };
    gpu.device.create_buffer(&wgpu::BufferDescriptor { label: None, size, usage, mapped_at_creation: false })
}

/// Copies a band's rows into the frame's planes, whole rows at a time: mapped memory may be slow to read in small pieces.
pub(super) fn copy_band(bytes: &[u8], band: Band, format: PixelFormat, planes: &mut Planes<'_>) {
    let (width, chroma) = (band.width as usize, band.width.div_ceil(2) as usize);
    let blocks = band.blocks() as usize;
    let luma = (width, blocks * 8, band.top, band.rows);
    let layout = match format {
        PixelFormat::I420 => {
            let plane = (chroma, blocks * 4, band.top / 2, band.pairs());
            vec![luma, plane, plane]
        }
        PixelFormat::Nv12 => vec![luma, (chroma * 2, blocks * 8, band.top / 2, band.pairs())],
    };
    let mut rest = bytes;
    for (plane, (row, padded, top, rows)) in planes.iter_mut().zip(layout) {
        let (from, tail) = rest.split_at(padded * rows as usize);
        let to = &mut plane.data[top as usize * plane.stride..];
        if row == padded && plane.stride == row {
            to[..from.len()].copy_from_slice(from);
        } else {
            for (to, from) in to.chunks_mut(plane.stride).zip(from.chunks_exact(padded)) {
                to[..row].copy_from_slice(&from[..row]);
            }
        }
        rest = tail;
    }
}
