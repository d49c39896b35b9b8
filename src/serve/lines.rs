//! Lines of a format, whose media are named by their addresses and are not made before somebody asks for them.

use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::stream::poll_fn;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::header::{self, HeaderMap};
use hyper::{Method, Response, StatusCode};
use tokio::sync::mpsc;

use super::answer::{Body, built, empty, header_of, later, line};
use super::source::Served;
use crate::dataset::format::{self, FORMATS, Format, Layout};
use crate::error::{Error, Result};
use crate::generate::Generator;
use crate::seed::RECORDS;
use crate::spec::Spec;

/// Streams of lines at a time: most of their threads wait for a client.
pub(super) const STREAMS: usize = 256;

/// Bytes of lines that are passed on at a time, and pieces that may wait for a client.
const PIECE: usize = 1 << 16;
const PIECES: usize = 4;

/// What is asked for: `from=0&count=100&format=single_turn`, each of which may be left out.
struct Asked {
    from: u64,
    count: u64,
    format: &'static Format,
}

impl Asked {
    fn read(query: &str, generator: &Generator, spec: &Spec) -> Result<Self, String> {
        let (mut from, mut count, mut name) = (0, None, None);
        for (key, value) in
            query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        {
            let number = || value.parse::<u64>().map_err(|_| format!("{key}: {value:?} is no number; give 0 or more"));
            match key {
                "from" => from = number()?,
                "count" => count = Some(number()?),
                "format" => name = Some(value),
                _ => return Err(format!("{key}: there is no such field; give from, count or format")),
            }
        }
        let format = match name {
            Some(name) => holds(name, spec)?,
            // The request's own, where that takes media by their addresses, or the first that does.
            None => {
                let mut names = spec.formats.iter().map(String::as_str).chain(FORMATS.iter().map(|row| row.name));
                names
                    .find_map(|name| holds(name, spec).ok())
                    .ok_or("no format holds the request; give one with format=")?
            }
        };
        let count = count.unwrap_or(spec.records.saturating_sub(from));
        let most = if generator.is_at_hand(RECORDS - 1) { RECORDS } else { spec.records };
        match from.checked_add(count).is_some_and(|end| end <= most) {
            true => Ok(Self { from, count, format }),
            false => Err(format!("from, count: {from}, {count}; give records below {most}")),
        }
    }
}

/// The format of this name, if it holds the request with the addresses of its media, and what answers it holds are made.
fn holds(name: &str, spec: &Spec) -> Result<&'static Format, String> {
    let asked = Spec { formats: vec![name.to_owned()], ..spec.clone() };
    let row = format::chosen(&asked).map_err(|why| match why {
        Error::Request { problem, fix, .. } => format!("format: {problem}; {fix}"),
        other => other.to_string(),
    });
    let row = row?.first().copied();
    let lacks = |share: &Spec| format::hold_answers(share) && share.text.as_ref().is_some_and(|text| !text.answers);
    match row {
        Some(_) if asked.shares().iter().any(lacks) => {
            Err(format!("format: {name} holds answers, which are another dataset; start a server with --format {name}"))
        }
        row => row.ok_or_else(|| format!("there is no format {name}")),
    }
}

/// Answers a request for lines.
pub(super) fn answer(served: &Arc<Served>, method: &Method, headers: &HeaderMap, query: &str) -> Response<Body> {
    let Some(generator) = served.generator() else {
        return line(StatusCode::NOT_FOUND, "lines are made of a request; those of this dataset are files of its own");
    };
    let asked = match Asked::read(query, generator, &served.addressed) {
        Ok(asked) => asked,
        Err(why) => return line(StatusCode::BAD_REQUEST, &why),
    };
    let packed = header_of(headers, &header::ACCEPT_ENCODING).is_some_and(accepts_gzip);
    let mime = if asked.format.layout == Layout::LINES { "application/x-ndjson" } else { "application/json" };
    let mut answer = Response::builder().header(header::CONTENT_TYPE, mime).header(header::VARY, "Accept-Encoding");
    if packed {
        answer = answer.header(header::CONTENT_ENCODING, "gzip");
    }
    if *method == Method::HEAD {
        return built(answer.body(empty()));
    }
    let Ok(permit) = Arc::clone(&served.streams).try_acquire_owned() else {
        return later(line(StatusCode::SERVICE_UNAVAILABLE, "too many lines are being sent; come back later"));
    };
    let (send, mut pieces) = mpsc::channel(PIECES);
    let of = Arc::clone(served);
    tokio::task::spawn_blocking(move || {
        let out = BufWriter::with_capacity(PIECE, Pieces { send: send.clone(), served: Arc::clone(&of) });
        if let Err(why) = write(&of, &asked, packed, out) {
            let _ = send.blocking_send(Err(why)); // the client sees that its lines end early, if it is there
        }
        drop(permit);
    });
    let pieces = poll_fn(move |context| pieces.poll_recv(context));
    built(answer.body(StreamBody::new(pieces).boxed_unsync()))
}

/// Writes the lines of these records, with what stands around them.
fn write(served: &Served, asked: &Asked, packed: bool, out: impl Write) -> io::Result<()> {
    if !packed {
        return write_plain(served, asked, out).map(drop);
    }
    let mut out = write_plain(served, asked, GzEncoder::new(out, Compression::fast()))?.finish()?;
    out.flush()
}

fn write_plain<W: Write>(served: &Served, asked: &Asked, mut out: W) -> io::Result<W> {
    let Some(generator) = served.generator() else { return Ok(out) };
    let layout = asked.format.layout;
    out.write_all(layout.begin.as_bytes())?;
    for index in asked.from..asked.from + asked.count {
        let record = generator.outline(index, asked.format.sizes).map_err(io::Error::other)?;
        let spec = served.spec_of(record.share);
        asked.format.line(&record, spec, index == asked.from).write_to(&mut out)?;
    }
    out.write_all(layout.end.as_bytes())?;
    out.flush()?;
    Ok(out)
}

/// Where lines are written: to the client, a piece at a time.
struct Pieces {
    send: mpsc::Sender<io::Result<Frame<Bytes>>>,
    served: Arc<Served>,
}

impl Write for Pieces {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let piece = Frame::data(Bytes::copy_from_slice(data));
        self.send.blocking_send(Ok(piece)).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        self.served.metrics.sent(data.len() as u64);
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether a client takes gzip, by its `Accept-Encoding`.
#[must_use]
pub fn accepts_gzip(accepted: &str) -> bool {
    accepted.split(',').any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name == "gzip" || name == "*");
        named && !parts.any(|part| matches!(part.strip_prefix("q=").map(str::parse::<f32>), Some(Ok(q)) if q == 0.0))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_for_who_takes_it() {
        for (accepted, takes) in [
            ("gzip", true),
            ("deflate, gzip;q=0.5", true),
            ("*", true),
            ("gzip;q=0", false),
            ("identity", false),
            ("", false),
        ] {
            assert_eq!(accepts_gzip(accepted), takes, "{accepted}");
        }
    }
}
