//! Pairs of lengths in any of their notations: refused, or lengths that a request may have.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = masque::cli::seq_dist(text);
});
