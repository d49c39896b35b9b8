//! The page's text: a frame, its style, its script, and the data. Nothing of the data can be taken for anything else: they stand as JSON
//! in which there is no `<`, and the script makes text of them, never markup. The page's own policy forbids any request, and any script
//! and style but its own, by their digests.

use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::file::GENERATOR;
use crate::io::payload::encode_base64;

const FRAME: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = concat!(
    "'use strict';\n(() => {\n",
    include_str!("dom.js"),
    include_str!("figures.js"),
    include_str!("media.js"),
    include_str!("samples.js"),
    include_str!("records.js"),
    include_str!("page.js"),
    "})();\n"
);

/// Writes the page; `title` is plain text.
pub(super) fn write(out: &mut dyn Write, title: &str, data: &impl Serialize) -> io::Result<()> {
    for part in FRAME.split("{{") {
        let (name, rest) = part.split_once("}}").unwrap_or(("", part));
        match name {
            "generator" => write!(out, "{GENERATOR}{}\">", env!("CARGO_PKG_VERSION"))?,
            "policy" => write!(out, "{}", policy())?,
            "title" => write!(out, "{title}")?,
            "style" => write!(out, "{STYLE}")?,
            "script" => write!(out, "{SCRIPT}")?,
            "data" => serde_json::to_writer(Unmarked(out), data).map_err(io::Error::from)?,
            _ => {}
        }
        out.write_all(rest.as_bytes())?;
    }
    Ok(())
}

/// What the page may load: pictures and sounds that stand in it.
fn policy() -> String {
    let digest = |text: &str| encode_base64(&Sha256::digest(text.as_bytes()));
    let (script, style) = (digest(SCRIPT), digest(STYLE));
    format!(
        "default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'; img-src data:; media-src data:; \
         base-uri 'none'; form-action 'none'"
    )
}

/// JSON without `<`, which stands in strings only.
struct Unmarked<'a>(&'a mut dyn Write);

impl Write for Unmarked<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for (number, part) in bytes.split(|byte| *byte == b'<').enumerate() {
            if number > 0 {
                self.0.write_all(br"\u003c")?;
            }
            self.0.write_all(part)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_the_data() {
        let text = "</script><!-- \u{2028} <b>";
        let mut page = Vec::new();
        assert!(write(&mut page, "title", &text).is_ok());
        let page = String::from_utf8_lossy(&page);
        let data =
            page.split("id=\"data\">").nth(1).and_then(|rest| rest.split("</script>").next()).unwrap_or_default();
        assert!(!data.contains('<') && !page.contains("{{"), "{data}");
        assert_eq!(serde_json::from_str::<String>(data.trim()).ok().as_deref(), Some(text));
    }
}
