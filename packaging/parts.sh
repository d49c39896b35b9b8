# What masque uses of FFmpeg, in its configure's names, and the libraries behind them. `tests/dist.rs` holds the first five lists against
# the tables of `src/encode`. What this FFmpeg does not know, as av1_nvenc before 6.0, its configure leaves out.
# shellcheck disable=SC2034
encoders='aac flac libmp3lame libopus libvorbis libvpx_vp8 libvpx_vp9 libsvtav1 libopenh264 h264_nvenc hevc_nvenc av1_nvenc'
encoders_gpl='libx264 libx265'
muxers='webm mp4 mp3 flac ogg'
demuxers='matroska mov mp3 flac ogg'
decoders='vp8 vp9 libdav1d h264 hevc aac mp3float flac opus vorbis'
parsers='vp8 vp9 av1 h264 hevc aac mpegaudio flac opus vorbis'

# FFmpeg's names of the libraries behind these encoders and decoders.
externals='libvpx libsvtav1 libdav1d libopus libvorbis libmp3lame libopenh264 ffnvcodec nvenc'
externals_gpl='libx264 libx265'

# Archives of -dev packages, and their names for pkg-config.
archives='libvpx.a:vpx libx265.a:x265 libogg.a:ogg libvorbis.a:vorbis libvorbisenc.a:vorbisenc libopenh264.a:openh264'
# The -dev packages of those archives; of headers; and source packages, for the distribution has no archive of these, or one that an
# extension module cannot be linked with. A tarball carries the licences of them all.
packages='libvpx-dev libogg-dev libvorbis-dev libopenh264-dev'
packages_gpl='libx265-dev'
headers='libffmpeg-nvenc-dev'
sources='opus lame svt-av1 dav1d'
sources_gpl='x264'

# Functions that tell a library's version, which masque looks up by their names (src/encode/ffmpeg/libraries.rs).
versions='vpx_codec_version_str x264_encoder_open_* x265_version_str svt_av1_get_version get_lame_version opus_get_version_string
    vorbis_version_string'
