//! What a request asks for, by its path. Paths hold names that masque gives and nothing else: there is nothing to decode, and what is not
//! just as one is written is unknown.

use crate::record::ItemName;
use crate::spec::Modality;

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub enum Route<'a> {
    /// What there is.
    Index,
    /// Whether it is well.
    Health,
    /// Figures.
    Metrics,
    /// Lines.
    Records,
    /// An item.
    Item(ItemRef<'a>),
}

/// How an item is named.
#[derive(Debug, PartialEq, Eq)]
pub enum ItemRef<'a> {
    /// As its file is: `0000/000012_image_0.png`.
    Name(ItemName),
    /// By its record and its place there: `12/image_0.png`.
    Place {
        /// The record's index.
        record: u64,
        /// Its kind.
        modality: Modality,
        /// Its place among the record's of its kind.
        ordinal: usize,
        /// Its file format.
        extension: &'a str,
    },
}

/// What a path asks for, by what stands before what is served; none when there is nothing of that name.
#[must_use]
pub fn route<'a>(path: &'a str, prefixes: &[String]) -> Option<Route<'a>> {
    match path {
        "/" => return Some(Route::Index),
        "/healthz" => return Some(Route::Health),
        "/metrics" => return Some(Route::Metrics),
        _ => {}
    }
    let rest = prefixes.iter().find_map(|prefix| path.strip_prefix(prefix.as_str())?.strip_prefix('/'))?;
    if rest == "records" {
        return Some(Route::Records);
    }
    ItemName::parse(rest).map(ItemRef::Name).or_else(|| place(rest)).map(Route::Item)
}

fn place(path: &str) -> Option<ItemRef<'_>> {
    let (record, file) = path.split_once('/')?;
    let (stem, extension) = file.split_once('.')?;
    let (kind, ordinal) = stem.split_once('_')?;
    let modality = Modality::ALL.into_iter().find(|modality| modality.name() == kind)?;
    Some(ItemRef::Place {
        record: number(record)?,
        modality,
        ordinal: usize::try_from(number(ordinal)?).ok()?,
        extension,
    })
}

/// A number as it is written without leading zeros.
fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_names_or_nothing() {
        let prefixes = ["/v1/ab".to_owned(), "/d".to_owned()];
        let item = |path: &str| match route(path, &prefixes) {
            Some(Route::Item(item)) => format!("{item:?}"),
            other => format!("{other:?}"),
        };
        assert!(item("/v1/ab/0000/000012_image_0.png").starts_with("Name"));
        assert!(item("/d/pool/audio_3.wav").starts_with("Name"));
        assert!(item("/v1/ab/12/video_0.mp4").starts_with("Place { record: 12, modality: Video, ordinal: 0"));
        assert_eq!(route("/v1/ab/records", &prefixes), Some(Route::Records));
        for path in [
            "",
            "x",
            "/v1",
            "/v1/",
            "/v1/ab",
            "/v1/ab/",
            "/v1/abc/records",
            "/v1/ac/0000/000012_image_0.png",
            "/v1/ab/012/image_0.png",
            "/v1/ab/12/image_00.png",
            "/v1/ab/12/image_0",
            "/v1/ab/12/photo_0.png",
            "/v1/ab/12/image_-1.png",
            "/v1/ab/../image_0.png",
            "/v1/ab/0000/../../etc/passwd",
            "/v1/ab/0000/000012_image_0.png/..",
            "/v1/ab/0000/%30%30%30012_image_0.png",
            "/v1/ab/0001/000012_image_0.png",
            "/v1/ab/99999999999999999999/image_0.png",
            "//healthz",
            "/etc/passwd",
        ] {
            assert_eq!(route(path, &prefixes), None, "{path}");
        }
    }
}
