//! An MP4 with its index in front: a reader of a pipe can decode it. FFmpeg writes the index (`moov`) behind the media, for
//! only then its length is known; here it is moved to the front, the media moved back piece by piece, and the places that it
//! names moved along. Knows boxes, nothing of what they hold.

use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom, Write};

/// Bytes that are moved at a time.
const PIECE: usize = 1 << 20;

/// Boxes that lie between `moov` and the tables of places, and hold boxes only.
const PARENTS: [&[u8; 4]; 5] = [b"moov", b"trak", b"mdia", b"minf", b"stbl"];

/// A box of the file: where it begins and ends, in bytes.
#[derive(Debug, Clone, Copy)]
struct Extent {
    kind: [u8; 4],
    start: u64,
    end: u64,
}

/// Moves the index of a finished MP4 behind its first box, `ftyp`. A file that has it there is left alone.
///
/// # Errors
/// What reading or writing answers; [`ErrorKind::InvalidData`] when this is no MP4 with one index.
pub(super) fn index_first(file: &mut (impl Read + Write + Seek)) -> Result<()> {
    let boxes = extents(file)?;
    let find = |kind: &[u8; 4]| boxes.iter().find(|found| found.kind == *kind);
    let (Some(front), Some(index)) = (boxes.first(), find(b"moov")) else { return Err(bad("it has no index")) };
    if find(b"mdat").is_none_or(|media| index.start < media.start) {
        return Ok(());
    }
    if boxes.last().is_none_or(|last| last.start != index.start) {
        return Err(bad("its index is not the last box"));
    }
    let mut old = vec![0; usize::try_from(index.end - index.start).map_err(|_| bad("its index is too long"))?];
    file.seek(SeekFrom::Start(index.start))?;
    file.read_exact(&mut old)?;
    let new = moved(&old)?;
    shift(file, front.end..index.start, new.len() as u64)?;
    file.seek(SeekFrom::Start(front.end))?;
    file.write_all(&new)?;
    file.seek(SeekFrom::End(0))?;
    Ok(())
}

/// The boxes of the file, in order.
fn extents(file: &mut (impl Read + Seek)) -> Result<Vec<Extent>> {
    let whole = file.seek(SeekFrom::End(0))?;
    let mut boxes = Vec::new();
    let mut start = 0;
    while start < whole {
        file.seek(SeekFrom::Start(start))?;
        let mut head = [0; 8];
        file.read_exact(&mut head)?;
        let size = match u32::from_be_bytes([head[0], head[1], head[2], head[3]]) {
            0 => whole - start,
            1 => {
                let mut long = [0; 8];
                file.read_exact(&mut long)?;
                u64::from_be_bytes(long)
            }
            size => size.into(),
        };
        let end = start.checked_add(size).filter(|end| size >= 8 && *end <= whole);
        let end = end.ok_or_else(|| bad("a box ends outside of it"))?;
        boxes.push(Extent { kind: [head[4], head[5], head[6], head[7]], start, end });
        start = end;
    }
    Ok(boxes)
}

/// The index of media that lie as many bytes later as this index is long.
fn moved(index: &[u8]) -> Result<Vec<u8>> {
    let narrow = rewrite(index, index.len() as u64, false)?;
    if let Some(narrow) = narrow {
        return Ok(narrow);
    }
    // A place no longer fits 32 bits: the tables of places become wider ones, and with them the index.
    let length = rewrite(index, 0, true)?.map_or(0, |wide| wide.len() as u64);
    rewrite(index, length, true)?.ok_or_else(|| bad("a place does not fit its table"))
}

/// The boxes in `boxes` with all places `by` bytes later, in tables of 64 bits where `wide`; none when a place does not fit.
fn rewrite(mut boxes: &[u8], by: u64, wide: bool) -> Result<Option<Vec<u8>>> {
    let mut new = Vec::with_capacity(boxes.len());
    while !boxes.is_empty() {
        let size = boxes.first_chunk().map_or(0, |size| u32::from_be_bytes(*size) as usize);
        let (this, rest) =
            boxes.split_at_checked(size).filter(|_| size >= 8).ok_or_else(|| bad("its index is torn"))?;
        let (kind, body) = this[4..].split_at(4);
        let (kind, body) = match kind {
            b"stco" => match table::<4>(body, by, wide)? {
                Some(table) => (if wide { b"co64" } else { b"stco" }.as_slice(), table),
                None => return Ok(None),
            },
            b"co64" => (kind, table::<8>(body, by, true)?.unwrap_or_default()),
            kind if PARENTS.iter().any(|parent| parent.as_slice() == kind) => match rewrite(body, by, wide)? {
                Some(body) => (kind, body),
                None => return Ok(None),
            },
            _ => (kind, body.to_vec()),
        };
        let size = u32::try_from(body.len() + 8).map_err(|_| bad("its index is too long"))?;
        new.extend_from_slice(&size.to_be_bytes());
        new.extend_from_slice(kind);
        new.extend_from_slice(&body);
        boxes = rest;
    }
    Ok(Some(new))
}

/// A table of places of `N` bytes each, `by` bytes later, as places of 64 or 32 bits; none when one does not fit.
fn table<const N: usize>(body: &[u8], by: u64, wide: bool) -> Result<Option<Vec<u8>>> {
    let (head, places) = body.split_at_checked(8).ok_or_else(|| bad("a table of places is torn"))?;
    let mut new = head.to_vec();
    for place in places.as_chunks::<N>().0 {
        let place = place.iter().fold(0_u64, |place, byte| place << 8 | u64::from(*byte)).saturating_add(by);
        match (wide, u32::try_from(place)) {
            (true, _) => new.extend_from_slice(&place.to_be_bytes()),
            (false, Ok(place)) => new.extend_from_slice(&place.to_be_bytes()),
            (false, Err(_)) => return Ok(None),
        }
    }
    Ok(Some(new))
}

/// Moves bytes `by` bytes towards the end, the last ones first, over what lies there.
fn shift(file: &mut (impl Read + Write + Seek), range: std::ops::Range<u64>, by: u64) -> Result<()> {
    let mut piece = vec![0; PIECE];
    let mut end = range.end;
    while end > range.start {
        let length = (end - range.start).min(PIECE as u64) as usize;
        end -= length as u64;
        file.seek(SeekFrom::Start(end))?;
        file.read_exact(&mut piece[..length])?;
        file.seek(SeekFrom::Start(end + by))?;
        file.write_all(&piece[..length])?;
    }
    Ok(())
}

fn bad(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, format!("the MP4 is not as it should be: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        [&(body.len() as u32 + 8).to_be_bytes(), kind.as_slice(), body].concat()
    }

    /// An index with one table of places of 32 bits.
    fn index(places: &[u32]) -> Vec<u8> {
        let places: Vec<u8> = places.iter().flat_map(|place| place.to_be_bytes()).collect();
        let table = [&[0; 4], (places.len() as u32 / 4).to_be_bytes().as_slice(), &places].concat();
        let tables = [boxed(b"stsz", b"any"), boxed(b"stco", &table)].concat();
        [b"stbl", b"minf", b"mdia", b"trak", b"moov"].into_iter().fold(tables, |body, kind| boxed(kind, &body))
    }

    #[test]
    fn media_longer_than_a_piece_stay_whole_and_are_found() {
        let front = boxed(b"ftyp", b"isom");
        let media: Vec<u8> = (0..3 * PIECE as u32 + 5).map(|at| (at % 251) as u8).collect();
        let at = front.len() as u32 + 8;
        let file = [front.clone(), boxed(b"mdat", &media), index(&[at, at + 700])].concat();
        let mut out = Cursor::new(file.clone());
        index_first(&mut out).unwrap_or_else(|why| panic!("{why}"));
        let later = index(&[at, at + 700]).len() as u32;
        let wanted = [front, index(&[at + later, at + 700 + later]), boxed(b"mdat", &media)].concat();
        assert!(out.get_ref() == &wanted);
        // Once more changes nothing.
        index_first(&mut out).unwrap_or_else(|why| panic!("{why}"));
        assert!(out.into_inner() == wanted);
    }

    #[test]
    fn places_beyond_32_bits_take_wider_tables() {
        let old = index(&[100, u32::MAX - 50]);
        let new = moved(&old).unwrap_or_default();
        let length = new.len() as u64;
        assert_eq!(length, old.len() as u64 + 8);
        let tail: Vec<u8> =
            [100 + length, u64::from(u32::MAX) - 50 + length].iter().flat_map(|p| p.to_be_bytes()).collect();
        assert!(new.ends_with(&tail) && new.windows(4).any(|kind| kind == b"co64"));
        assert_eq!(new[..4], (length as u32).to_be_bytes());
    }

    #[test]
    fn what_is_no_mp4_is_an_error() {
        for bytes in [Vec::new(), b"nothing at all".to_vec(), boxed(b"ftyp", b"isom"), index(&[1])[..40].to_vec()] {
            assert!(index_first(&mut Cursor::new(bytes)).is_err());
        }
    }
}
