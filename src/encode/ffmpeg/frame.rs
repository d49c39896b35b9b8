//! Frames that a renderer fills in place: a few are kept and used again as soon as the encoder has let go of them.

use ffmpeg_next as ff;

use crate::frame::{PixelFormat, PlaneMut, Planes, Size};

/// Frames of one size and format.
pub(super) struct FrameRing {
    frames: Vec<ff::frame::Video>,
    format: ff::format::Pixel,
    size: Size,
}

impl FrameRing {
    /// An empty ring; frames are made when needed.
    pub(super) fn new(format: ff::format::Pixel, size: Size) -> Self {
        Self { frames: Vec::new(), format, size }
    }

    /// A frame that nobody else holds, its pixels undefined.
    pub(super) fn free(&mut self) -> &mut ff::frame::Video {
        let place = match self.frames.iter_mut().position(is_writable) {
            Some(place) => place,
            None => {
                let mut frame = ff::frame::Video::new(self.format, self.size.width, self.size.height);
                tag(&mut frame);
                self.frames.push(frame);
                self.frames.len() - 1
            }
        };
        &mut self.frames[place]
    }
}

/// FFmpeg's name for a renderer's format.
pub(super) fn pixel(format: PixelFormat) -> ff::format::Pixel {
    match format {
        PixelFormat::I420 => ff::format::Pixel::YUV420P,
        PixelFormat::Nv12 => ff::format::Pixel::NV12,
    }
}

/// Says what the pixels are: BT.709, limited range.
fn tag(frame: &mut ff::frame::Video) {
    frame.set_color_space(ff::color::Space::BT709);
    frame.set_color_range(ff::color::Range::MPEG);
    frame.set_color_primaries(ff::color::Primaries::BT709);
    frame.set_color_transfer_characteristic(ff::color::TransferCharacteristic::BT709);
}

/// The planes of a frame that [`FrameRing::free`] gave, all at once.
#[expect(unsafe_code, reason = "the wrapper lends one plane at a time only")]
pub(super) fn planes(frame: &mut ff::frame::Video, format: PixelFormat, size: Size) -> Planes<'_> {
    let mut planes = Planes::new();
    for (index, (row, rows)) in format.planes(size).into_iter().enumerate() {
        let stride = frame.stride(index);
        // SAFETY: the plane has `rows` rows of at least `row` bytes, `stride` apart; planes do not overlap, and the frame
        // stays borrowed as long as the slices live.
        let data = unsafe {
            let start = (*frame.as_mut_ptr()).data[index];
            std::slice::from_raw_parts_mut(start, stride * (rows - 1) + row)
        };
        planes.push(PlaneMut { data, stride });
    }
    planes
}

/// Whether nobody else holds the frame's pixels.
#[expect(unsafe_code, reason = "the wrapper does not offer this question")]
fn is_writable(frame: &mut ff::frame::Video) -> bool {
    // SAFETY: the frame is alive; FFmpeg reads its reference counts.
    unsafe { ff::ffi::av_frame_is_writable(frame.as_mut_ptr()) > 0 }
}
