//! What strangers send to a server: paths, queries and headers. A name that is known is written just as it came.
#![no_main]

use libfuzzer_sys::fuzz_target;
use masque::record::ItemName;
use masque::serve::{ByteRange, accepts_gzip, byte_range, route};

fuzz_target!(|asked: (&str, &str, &str, u64)| {
    let (path, range, accepted, length) = asked;
    let prefixes = ["/v1/0123456789abcdef".to_owned(), String::new()];
    for path in [path.to_owned(), format!("/v1/0123456789abcdef/{path}")] {
        if let Some(found) = route(&path, &prefixes) {
            assert!(!path.contains("..") && !path.contains('%'), "{path} is {found:?}");
        }
    }
    if let Some(name) = ItemName::parse(path) {
        assert_eq!(name.to_string(), path);
    }
    if let ByteRange::Of(first, last) = byte_range(range, length) {
        assert!(first <= last && last < length, "{range} of {length}");
    }
    let _ = accepts_gzip(accepted);
});
