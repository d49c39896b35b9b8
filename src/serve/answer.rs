//! Answers: an item, whole or a part of it, or a line that says why not. Headers by RFC 9110.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty, Full, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::{Method, Response, StatusCode};
use tokio::io::{AsyncReadExt, AsyncSeekExt, SeekFrom};

use super::cache::Made;

pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// Bytes of a file that are read at a time.
const CHUNK: usize = 1 << 18;

/// An item's bytes.
pub(super) struct Content {
    length: u64,
    sha256: Arc<str>,
    mime: Arc<str>,
    place: Place,
}

enum Place {
    Memory(Bytes),
    File(PathBuf),
}

impl Content {
    pub(super) fn memory(made: Made) -> Self {
        let Made { bytes, sha256, mime } = made;
        Self { length: bytes.len() as u64, sha256, mime, place: Place::Memory(bytes) }
    }

    pub(super) fn file(path: PathBuf, length: u64, sha256: &str, mime: &str) -> Self {
        Self { length, sha256: sha256.into(), mime: mime.into(), place: Place::File(path) }
    }

    /// What answers a request with these headers.
    pub(super) async fn answer(self, method: &Method, headers: &HeaderMap) -> Response<Body> {
        let tag = format!("\"{}\"", self.sha256);
        let mut answer = Response::builder()
            .header(header::ETAG, &tag)
            .header(header::ACCEPT_RANGES, "bytes")
            // The address says which request, record and item it is: what is there never changes.
            .header(header::CACHE_CONTROL, "public, max-age=31536000, immutable");
        if header_of(headers, &header::IF_NONE_MATCH).is_some_and(|known| matches(known, &tag)) {
            return built(answer.status(StatusCode::NOT_MODIFIED).body(empty()));
        }
        // A part of what is another one now would be of no use.
        let same = header_of(headers, &header::IF_RANGE).is_none_or(|known| known == tag);
        let asked = header_of(headers, &header::RANGE).filter(|_| same && *method == Method::GET);
        let (status, first, length) = match asked.map(|asked| byte_range(asked, self.length)) {
            None | Some(ByteRange::Whole) => (StatusCode::OK, 0, self.length),
            Some(ByteRange::Of(first, last)) => {
                let range = format!("bytes {first}-{last}/{}", self.length);
                answer = answer.header(header::CONTENT_RANGE, range);
                (StatusCode::PARTIAL_CONTENT, first, last - first + 1)
            }
            Some(ByteRange::Nothing) => {
                let answer = answer.header(header::CONTENT_RANGE, format!("bytes */{}", self.length));
                return built(answer.status(StatusCode::RANGE_NOT_SATISFIABLE).body(empty()));
            }
        };
        answer = answer.status(status).header(header::CONTENT_TYPE, &*self.mime).header(header::CONTENT_LENGTH, length);
        if *method == Method::HEAD {
            return built(answer.body(empty()));
        }
        match self.place {
            Place::Memory(bytes) => {
                let part = bytes.slice(first as usize..(first + length) as usize);
                built(answer.body(Full::new(part).map_err(|never| match never {}).boxed_unsync()))
            }
            Place::File(path) => match read(path, first, length).await {
                Ok(body) => built(answer.body(body)),
                Err(why) => line(StatusCode::INTERNAL_SERVER_ERROR, &format!("the file cannot be read: {why}")),
            },
        }
    }
}

/// A part of a file, a piece at a time.
async fn read(path: PathBuf, first: u64, length: u64) -> io::Result<Body> {
    let mut file = tokio::fs::File::open(path).await?;
    file.seek(SeekFrom::Start(first)).await?;
    let pieces = futures_util::stream::try_unfold((file, length), |(mut file, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        let mut piece = vec![0; CHUNK.min(usize::try_from(left).unwrap_or(CHUNK))];
        file.read_exact(&mut piece).await?; // a file that is shorter than its line says ends the connection
        let left = left - piece.len() as u64;
        Ok(Some((Frame::data(Bytes::from(piece)), (file, left))))
    });
    Ok(StreamBody::new(pieces).boxed_unsync())
}

/// What a range asks for.
#[derive(Debug, PartialEq, Eq)]
pub enum ByteRange {
    /// All: it is none, or several, which need not be heeded.
    Whole,
    /// From the first byte to the last.
    Of(u64, u64),
    /// What is not there.
    Nothing,
}

/// What a `Range` header asks for of so many bytes.
#[must_use]
pub fn byte_range(asked: &str, length: u64) -> ByteRange {
    let Some((first, last)) = asked.strip_prefix("bytes=").and_then(|range| range.trim().split_once('-')) else {
        return ByteRange::Whole;
    };
    let number = |text: &str| match text {
        "" => Ok(None),
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().map(Some).map_err(|_| ()),
        _ => Err(()),
    };
    match (number(first), number(last)) {
        (Ok(Some(first)), Ok(Some(last))) if first > last => ByteRange::Whole,
        (Ok(Some(first)), Ok(_)) if first >= length => ByteRange::Nothing,
        (Ok(Some(first)), Ok(last)) => ByteRange::Of(first, last.unwrap_or(u64::MAX).min(length - 1)),
        (Ok(None), Ok(Some(0))) => ByteRange::Nothing,
        (Ok(None), Ok(Some(_))) if length == 0 => ByteRange::Nothing,
        (Ok(None), Ok(Some(last))) => ByteRange::Of(length.saturating_sub(last), length - 1),
        _ => ByteRange::Whole,
    }
}

/// Whether one of the tags of a header is this one.
fn matches(known: &str, tag: &str) -> bool {
    known.split(',').map(|one| one.trim().trim_start_matches("W/")).any(|one| one == tag || one == "*")
}

pub(super) fn header_of<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// One line of text.
pub(super) fn line(status: StatusCode, said: &str) -> Response<Body> {
    text(status, "text/plain; charset=utf-8", format!("{said}\n"))
}

/// A text of this type.
pub(super) fn text(status: StatusCode, mime: &'static str, text: String) -> Response<Body> {
    let answer = Response::builder().status(status).header(header::CONTENT_TYPE, mime);
    built(answer.body(Full::new(Bytes::from(text)).map_err(|never| match never {}).boxed_unsync()))
}

pub(super) fn empty() -> Body {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// Headers are made of digests, numbers and words of ours, which a response takes.
pub(super) fn built(answer: hyper::http::Result<Response<Body>>) -> Response<Body> {
    answer.unwrap_or_else(|_| {
        let mut failed = Response::new(empty());
        *failed.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        failed
    })
}

/// The same answer, which says what else may be asked.
pub(super) fn only_get(mut answer: Response<Body>) -> Response<Body> {
    answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    answer
}

/// The same answer, which says when to come back.
pub(super) fn later(mut answer: Response<Body>) -> Response<Body> {
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_they_are_meant() {
        let rows = [
            ("bytes=0-0", ByteRange::Of(0, 0)),
            ("bytes=2-5", ByteRange::Of(2, 5)),
            ("bytes=2-", ByteRange::Of(2, 9)),
            ("bytes=2-100", ByteRange::Of(2, 9)),
            ("bytes=-3", ByteRange::Of(7, 9)),
            ("bytes=-300", ByteRange::Of(0, 9)),
            ("bytes=10-", ByteRange::Nothing),
            ("bytes=10-20", ByteRange::Nothing),
            ("bytes=-0", ByteRange::Nothing),
            ("bytes=5-2", ByteRange::Whole),
            ("bytes=a-b", ByteRange::Whole),
            ("bytes=+1-2", ByteRange::Whole),
            ("bytes=0-1,3-4", ByteRange::Whole),
            ("bytes=-", ByteRange::Whole),
            ("bytes=99999999999999999999-", ByteRange::Whole),
            ("pages=1-2", ByteRange::Whole),
        ];
        for (asked, meant) in rows {
            assert_eq!(byte_range(asked, 10), meant, "{asked}");
        }
        assert_eq!([byte_range("bytes=0-", 0), byte_range("bytes=-1", 0)], [ByteRange::Nothing, ByteRange::Nothing]);
    }

    #[test]
    fn tags_are_compared_one_by_one() {
        assert!(matches("\"a\", W/\"b\"", "\"b\"") && matches("*", "\"b\""));
        assert!(!matches("\"a\"", "\"b\"") && !matches("", "\"b\""));
    }
}
