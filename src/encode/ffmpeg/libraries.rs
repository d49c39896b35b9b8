//! The versions of FFmpeg's libraries, and of those that it encodes with, which only they themselves can tell.

use std::ffi::{CStr, CString, c_char, c_void};

use ffmpeg_next as ff;

/// A library that FFmpeg encodes with.
struct Library {
    name: &'static str,
    /// FFmpeg's names of the encoders that it is.
    encoders: &'static [&'static str],
    version: Version,
}

/// Where a library tells its version.
enum Version {
    /// A function without arguments that gives a text.
    Function(&'static str),
    /// A text.
    Text(&'static str),
    /// A function whose name ends in the version, a number below 1000.
    Named(&'static str),
}

const LIBRARIES: [Library; 7] = [
    Library {
        name: "libvpx",
        encoders: &["libvpx", "libvpx-vp9"],
        version: Version::Function("vpx_codec_version_str"),
    },
    Library { name: "libx264", encoders: &["libx264", "libx264rgb"], version: Version::Named("x264_encoder_open_") },
    Library { name: "libx265", encoders: &["libx265"], version: Version::Text("x265_version_str") },
    Library { name: "SVT-AV1", encoders: &["libsvtav1"], version: Version::Function("svt_av1_get_version") },
    Library { name: "LAME", encoders: &["libmp3lame"], version: Version::Function("get_lame_version") },
    Library { name: "libopus", encoders: &["libopus"], version: Version::Function("opus_get_version_string") },
    Library { name: "libvorbis", encoders: &["libvorbis"], version: Version::Function("vorbis_version_string") },
];

/// FFmpeg's own libraries, and those behind the encoders of these names; "unknown" for one that does not tell, or that is a
/// part of this FFmpeg.
pub(in crate::encode) fn versions(encoders: &[&str]) -> Vec<(&'static str, String)> {
    let number = |version: u32| format!("{}.{}.{}", version >> 16, version >> 8 & 0xff, version & 0xff);
    let own = [
        ("libavcodec", ff::codec::version()),
        ("libavformat", ff::format::version()),
        ("libavutil", ff::util::version()),
    ];
    let used = LIBRARIES.iter().filter(|row| row.encoders.iter().any(|name| encoders.contains(name)));
    let others = used.map(|row| (row.name, row.version.ask().unwrap_or_else(|| "unknown".to_owned())));
    own.map(|(name, version)| (name, number(version))).into_iter().chain(others).collect()
}

/// The licence that FFmpeg's libraries are under as they were built.
pub(in crate::encode) fn licence() -> Option<&'static str> {
    Some(ff::codec::license())
}

impl Version {
    #[expect(unsafe_code, reason = "C functions and texts of libraries that only FFmpeg is linked with")]
    fn ask(&self) -> Option<String> {
        let text = match self {
            Self::Named(stem) => {
                let known = (0..1000).find(|number| symbol(&format!("{stem}{number}")).is_some())?;
                return Some(known.to_string());
            }
            // SAFETY: in every version of these libraries the name is a function of this type.
            Self::Function(name) => unsafe {
                std::mem::transmute::<*mut c_void, extern "C" fn() -> *const c_char>(symbol(name)?)()
            },
            // SAFETY: in every version of the library the name is a pointer to a text.
            Self::Text(name) => unsafe { *symbol(name)?.cast::<*const c_char>() },
        };
        // SAFETY: the text ends in a zero and is the library's for as long as the process lives.
        let text = (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) });
        Some(text?.to_string_lossy().into_owned())
    }
}

/// Where a loaded library has this name.
#[expect(unsafe_code, reason = "names are looked up by a C function only")]
fn symbol(name: &str) -> Option<*mut c_void> {
    let name = CString::new(name).ok()?;
    // SAFETY: the name ends in a zero; looking it up runs no code.
    let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    (!found.is_null()).then_some(found)
}
