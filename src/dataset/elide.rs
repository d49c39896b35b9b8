//! Finds the payloads in a record's text, by the digests that `records.jsonl` has of them, in whatever format it stands.

use std::collections::HashSet;
use std::ops::Range;

use memchr::{memchr, memchr2, memrchr};

use super::record_line::ListedItem;
use crate::io::digest::Sha256;
use crate::io::payload::decode_base64;

/// Where payloads stand in a record's text, each with its digest, in order. A payload is base64 at the end of a string, behind a
/// comma if there is one: `"data:image/png;base64,…"`, `"wav,…"`, `"…"`.
pub(super) fn payloads(text: &[u8], items: &[&ListedItem]) -> Vec<(Range<usize>, String)> {
    let inline = items.iter().filter(|item| item.file.is_none());
    let lengths: HashSet<usize> = inline.map(|item| item.bytes.div_ceil(3) as usize * 4).collect();
    if lengths.is_empty() {
        return Vec::new();
    }
    let found = strings(text).filter_map(|string| {
        let start = memrchr(b',', &text[string.clone()]).map_or(string.start, |at| string.start + at + 1);
        let place = start..string.end;
        if !lengths.contains(&place.len()) {
            return None;
        }
        let mut sha256 = Sha256::default();
        decode_base64(&text[place.clone()], &mut sha256).ok()?;
        let sha256 = sha256.hex();
        items.iter().any(|item| item.sha256 == sha256).then_some((place, sha256))
    });
    found.collect()
}

/// What stands between the quotes of each string of a JSON text.
fn strings(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + memchr(b'"', text.get(at..)?)? + 1;
        let mut end = start;
        loop {
            end += memchr2(b'"', b'\\', text.get(end..)?)?;
            if text[end] == b'"' {
                at = end + 1;
                return Some(start..end);
            }
            end += 2;
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn payloads_are_found_by_their_digests_wherever_they_stand() {
        // SHA-256 of "abc" and of "abcd".
        let items = [
            ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 3, None),
            ("88d4266fd4e6338d13b845fcf289579d209c897823b9217da3e161936f031589", 4, None),
            ("88d4266fd4e6338d13b845fcf289579d209c897823b9217da3e161936f031589", 4, Some("media/x".to_owned())),
        ];
        let items: Vec<_> = items
            .into_iter()
            .map(|(sha256, bytes, file)| ListedItem { file, bytes, sha256: sha256.into(), ..ListedItem::default() })
            .collect();
        let items: Vec<_> = items.iter().collect();
        let text = br#"{"t\"":"a, b","u":["data:image/png;base64,YWJj","YWJjZA==","user","YWJk","\\"]}"#;
        let found = payloads(text, &items);
        let found: Vec<_> = found.iter().map(|(place, _)| &text[place.clone()]).collect();
        assert_eq!(found, [&b"YWJj"[..], b"YWJjZA=="]);
        assert!(payloads(text, &items[2..]).is_empty());
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in prop::collection::vec(any::<u8>(), 0..200)) {
            let item = ListedItem { bytes: 3, ..ListedItem::default() };
            prop_assert!(payloads(&text, &[&item]).is_empty());
        }
    }
}
