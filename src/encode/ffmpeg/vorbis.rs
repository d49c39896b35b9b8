//! Vorbis packets are as long as their blocks, so audio ends up to a block late. Ogg tells its true end by itself; other
//! containers must be told how many samples of the last packet to discard.

use ffmpeg_next as ff;
use ffmpeg_next::ffi;

use super::packet::Packet;

/// Knows how long each packet of one stream plays.
pub(super) struct Lengths(*mut ffi::AVVorbisParseContext);

impl Lengths {
    /// For the stream of this encoder; none when its header cannot be read.
    #[expect(unsafe_code, reason = "the wrapper has no parser of Vorbis packets")]
    pub(super) fn of(encoder: &ff::encoder::Encoder) -> Option<Self> {
        // SAFETY: the encoder is open, so its extradata is as long as it says; the parser copies what it needs.
        let parser = unsafe {
            let context = encoder.as_ptr();
            ffi::av_vorbis_parse_init((*context).extradata, (*context).extradata_size)
        };
        (!parser.is_null()).then_some(Self(parser))
    }

    /// Marks what of the next packet lies behind the end of audio of `total` samples. The first packet, which lies before the
    /// audio's start and holds no sample of it, is moved to the start: it would make a container begin the frames later.
    pub(super) fn trim(&mut self, packet: &mut Packet, total: i64) {
        let length = self.next(packet);
        if packet.pts() < 0 {
            packet.0.set_pts(Some(0));
            packet.0.set_dts(Some(0));
            packet.0.set_duration(0);
            return;
        }
        let late = (packet.pts() + length - total).min(length);
        if late > 0 {
            discard(&mut packet.0, late as u32);
        }
    }

    /// Samples of the stream's next packet.
    #[expect(unsafe_code, reason = "as in `of`")]
    fn next(&mut self, packet: &Packet) -> i64 {
        let data = packet.0.data().unwrap_or_default();
        // SAFETY: the parser is alive and ours; the data is as long as said.
        i64::from(unsafe { ffi::av_vorbis_parse_frame(self.0, data.as_ptr(), data.len() as i32) }.max(0))
    }
}

impl Drop for Lengths {
    #[expect(unsafe_code, reason = "as in `of`")]
    fn drop(&mut self) {
        // SAFETY: the parser is alive and ours, and not used again.
        unsafe { ffi::av_vorbis_parse_free(&raw mut self.0) };
    }
}

/// Tells the container to discard so many samples at the packet's end. The layout of this side data: two little-endian 32-bit
/// numbers, samples to skip at the start and at the end, and two bytes of reasons.
#[expect(unsafe_code, reason = "the wrapper cannot add side data to a packet")]
fn discard(packet: &mut ff::Packet, samples: u32) {
    use ffmpeg_next::packet::Mut as _;
    const SIZE: usize = 10;
    // SAFETY: the packet is alive and ours; FFmpeg gives back `SIZE` bytes that belong to it, or null.
    unsafe {
        let kind = ffi::AVPacketSideDataType::AV_PKT_DATA_SKIP_SAMPLES;
        let data = ffi::av_packet_new_side_data(packet.as_mut_ptr(), kind, SIZE);
        if !data.is_null() {
            std::slice::from_raw_parts_mut(data, SIZE).fill(0);
            std::slice::from_raw_parts_mut(data.add(4), 4).copy_from_slice(&samples.to_le_bytes());
        }
    }
}
