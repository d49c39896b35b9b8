//! Request files, in YAML, TOML or JSON by their first byte: refused in one line, or a request.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use masque::cli::{Stop, Typed};

/// A file for each kind, of this process.
static FILES: LazyLock<[String; 3]> = LazyLock::new(|| {
    ["yaml", "toml", "json"].map(|kind| format!("{}/masque-{}.{kind}", std::env::temp_dir().display(), std::process::id()))
});

fuzz_target!(|bytes: &[u8]| {
    let Some((first, text)) = bytes.split_first() else { return };
    let file = &FILES[usize::from(*first) % 3];
    if std::fs::write(file, text).is_err() {
        return;
    }
    let words = ["masque", "generate", "--output", "x", "--config", file].map(Into::into);
    let read = Typed::new(words.to_vec()).with_config().map_err(Stop::Refuse).and_then(|typed| typed.read().map(drop));
    if let Err(Stop::Refuse(why)) = read {
        assert_eq!(why.exit_status(), 2, "{why}");
    }
});
