//! Models that cut an image into tiles, each of which costs the same, beside a small copy of the whole.
//!
//! Sources: the processors of `transformers` 5: `got_ocr2` (InternVL's tiles), `llama4`, `llava_next`, `phi4_multimodal`.

use crate::frame::Size;

/// 256 a tile of 448 x 448, of which there are 1 to 12, and as much for the whole where there are several; a token before and behind.
pub(super) fn internvl(size: Size) -> Option<u64> {
    let (columns, rows) = nearest(size, 448.0, 12);
    let tiles = columns * rows;
    Some(2 + 256 * if tiles > 1 { tiles + 1 } else { 1 })
}

/// The columns and rows of at most `most` tiles whose shape is the image's, as near as can be; of those of one shape the larger, as long
/// as less than half of them is empty.
fn nearest(size: Size, side: f64, most: u64) -> (u64, u64) {
    let mut grids: Vec<_> =
        (1..=most).flat_map(|columns| (1..=most / columns).map(move |rows| (columns, rows))).collect();
    grids.sort_by_key(|(columns, rows)| columns * rows);
    let (width, height) = (f64::from(size.width), f64::from(size.height));
    let (mut best, mut least) = ((1, 1), f64::INFINITY);
    for (columns, rows) in grids {
        let difference = (width / height - columns as f64 / rows as f64).abs();
        let larger = difference == least && width * height > 0.5 * side * side * (columns * rows) as f64;
        if difference < least || larger {
            best = (columns, rows);
        }
        least = least.min(difference);
    }
    best
}

/// 144 a tile of 336 x 336, of which there are 1 to 16, one behind each, and as much for the whole where there are several; three tokens
/// around. The tiles are those that the image fills without being made smaller, or as little as can be, and cover the least.
pub(super) fn llama4(size: Size) -> Option<u64> {
    const SIDE: u64 = 336;
    const MOST: u64 = 16;
    let grids = (1..=MOST).flat_map(|columns| (1..=MOST / columns).map(move |rows| (columns, rows)));
    // Its arithmetic is of 32 bits.
    let scale = |(columns, rows): (u64, u64)| {
        let by = |tiles: u64, length: u32| (tiles * SIDE) as f32 / length as f32;
        by(columns, size.width).min(by(rows, size.height))
    };
    let enlarging = grids.clone().map(scale).filter(|scale| *scale >= 1.0).min_by(f32::total_cmp);
    let chosen = enlarging.or_else(|| grids.clone().map(scale).max_by(f32::total_cmp))?;
    let tiles = grids.filter(|grid| scale(*grid) == chosen).map(|(columns, rows)| columns * rows).min()?;
    Some(3 + 144 + if tiles > 1 { 145 * tiles } else { 0 })
}

/// 576 for the whole, and what lies within the image of the tiles of 336 x 336 that it fits best, with an end to each row.
pub(super) fn llava_next(size: Size) -> Option<u64> {
    const SIDE: f64 = 336.0;
    /// Tokens a side of a tile.
    const TOKENS: f64 = 24.0;
    const GRIDS: [(f64, f64); 5] = [(2.0, 1.0), (1.0, 2.0), (2.0, 2.0), (1.0, 3.0), (3.0, 1.0)];
    let (width, height) = (f64::from(size.width), f64::from(size.height));
    let (mut best, mut most, mut waste) = (None, 0.0, f64::INFINITY);
    for (columns, rows) in GRIDS {
        let scale = (columns * SIDE / width).min(rows * SIDE / height);
        let used = ((width * scale).trunc() * (height * scale).trunc()).min(width * height);
        let wasted = columns * rows * SIDE * SIDE - used;
        if used > most || (used == most && wasted < waste) {
            (best, most, waste) = (Some((columns, rows)), used, wasted);
        }
    }
    let (columns, rows) = best?;
    let (mut across, mut down) = (columns * TOKENS, rows * TOKENS);
    let within = |length: f64, by: f64| ((length * by * 1e7).round_ties_even() / 1e7).trunc();
    if width / height > across / down {
        down -= ((down - within(height, across / width)) / 2.0).floor() * 2.0;
    } else {
        across -= ((across - within(width, down / height)) / 2.0).floor() * 2.0;
    }
    Some((across * down + down + TOKENS * TOKENS) as u64)
}

/// 256 for the whole and 17 around; of tiles of 448 x 448, of which there are 1 to 36, what lies within the image, with an end to each
/// row. An image that would be below 10 pixels a side is not taken.
pub(super) fn phi4(size: Size) -> Option<u64> {
    const SIDE: f64 = 448.0;
    const PATCH: f64 = 14.0;
    const MOST: u64 = 36;
    let (width, height) = (f64::from(size.width), f64::from(size.height));
    let (mut columns, mut rows) = ((width / SIDE).ceil() as u64, (height / SIDE).ceil() as u64);
    if columns * rows > MOST {
        (columns, rows) = nearest(size, SIDE, MOST);
    }
    let (full_width, full_height) = (columns as f64 * SIDE, rows as f64 * SIDE);
    let (by_width, by_height) = (full_width / width, full_height / height);
    let (across, down) = if by_width < by_height {
        (full_width, (height * by_width).trunc())
    } else {
        ((width * by_height).trunc(), full_height)
    };
    if across.min(down) < 10.0 {
        return None;
    }
    // A token is 2 x 2 patches, and those count whose first is of the image.
    let tokens = |full: f64, used: f64| ((full / PATCH) as u64 - ((full - used) / PATCH).floor() as u64).div_ceil(2);
    let (columns, rows) = (tokens(full_width, across), tokens(full_height, down));
    Some(256 + 1 + columns * rows + rows + 16)
}
