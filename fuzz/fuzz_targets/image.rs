//! Source images: refused, or as many pixels as they tell of.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok((format, size)) = masque::content::image::decode_whole(bytes) {
        assert!(!format.is_empty() && size.width > 0 && size.height > 0);
    }
});
