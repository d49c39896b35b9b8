//! A scene in blocks, for an encoder that wants to know what is new. Each row of a frame is a list of runs of one colour over the
//! ground; where the lists of two frames differ, blocks have changed, and no other block is rendered. Equal to the frames of
//! [`super::CpuRenderer`] in every pixel. Knows nothing of codecs.

use super::yuv;
use crate::error::{Error, Result};
use crate::frame::{BLOCK, Block, Blocks, Size, Vector};
use crate::pattern::{Clip, Content, Drawing, Motion, Scene, Span};

/// Colours of a scene, at most.
const COLOURS: usize = 256;

/// See the module.
pub struct SceneBlocks {
    scene: Box<dyn Scene>,
    /// Blocks of a row, and rows of blocks.
    columns: usize,
    rows: usize,
    /// The frame that [`Blocks::advance`] takes next.
    next: u32,
    palette: Palette,
    /// The ground's colours and luma of the rows of each class, in each column of blocks.
    grounds: [Vec<[Row; 2]>; 2],
    /// The ground's colour in each column of blocks where it is all of one.
    flat_grounds: [Vec<Option<u8>>; 2],
    /// The class of each row.
    classes: Vec<u8>,
    /// Pixels after which the ground repeats, a whole number of blocks' chroma samples.
    period: i32,
    now: Runs,
    last: Runs,
    /// How what moves came to the present frame.
    motion: Option<Motion>,
    spans: Vec<Span>,
    changed: Vec<u64>,
    /// Words of `changed` in a row.
    words: usize,
}

/// The pixels of a block's row, the first one's byte lowest.
type Row = u128;

fn splat(pixel: u8) -> Row {
    Row::from(pixel) * (Row::MAX / 255)
}

/// All bits of the first pixels, by their number.
const FIRST: [Row; BLOCK + 1] = {
    let mut all = [Row::MAX; BLOCK + 1];
    let mut count = 0;
    while count < BLOCK {
        all[count] = (1 << (8 * count)) - 1;
        count += 1;
    }
    all
};

/// Pixels `start..end` of a row in one colour of the palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    start: u16,
    end: u16,
    colour: u8,
}

/// The runs of a frame.
#[derive(Default)]
struct Runs {
    /// Of all rows, one after the other, from left to right.
    all: Vec<Run>,
    /// Where each row's runs start, and the end of the last.
    starts: Vec<u32>,
}

impl Runs {
    fn row(&self, y: usize) -> &[Run] {
        &self.all[self.starts[y] as usize..self.starts[y + 1] as usize]
    }

    /// Those of the rows of a block.
    fn rows(&self, y: usize) -> impl Iterator<Item = &[Run]> {
        self.starts[y..=y + BLOCK].windows(2).map(|ends| &self.all[ends[0] as usize..ends[1] as usize])
    }

    /// Whether nothing but the ground lies in a block at this place.
    fn is_ground(&self, x: usize, y: usize) -> bool {
        let lies = |run: &Run| usize::from(run.start) < x + BLOCK && usize::from(run.end) > x;
        !self.all[self.starts[y] as usize..self.starts[y + BLOCK] as usize].iter().any(lies)
    }
}

impl SceneBlocks {
    /// The clip from frame `first` on.
    ///
    /// # Errors
    /// [`Error::Request`] for a clip that is no drawing.
    pub fn open(clip: &Clip, first: u32) -> Result<Self> {
        let scene = clip.scene()?;
        let Content::Drawing(drawing) = scene.content(first) else {
            let name = clip.pattern.row().name;
            return Err(Error::request("video.pattern", format!("{name} is no drawing"), "take another `video.codec`"));
        };
        let Size { width, height } = clip.size;
        let (columns, rows) = ((width as usize).div_ceil(BLOCK), (height as usize).div_ceil(BLOCK));
        let (mut palette, high) = (Palette::default(), (rows * BLOCK) as u32);
        let classes: Vec<_> = (0..high).map(|y| drawing.ground_class(y) as u8).collect();
        let mut ground = |class: u8| match (0..high).find(|y| classes[*y as usize] == class) {
            Some(y) => (0..(columns * BLOCK) as u32).map(|x| palette.index(drawing.ground(x, y))).collect(),
            None => Ok(Vec::<u8>::new()),
        };
        let grounds = [ground(0)?, ground(1)?];
        let in_rows = |ground: Vec<u8>| {
            let luma = |row: &[u8; BLOCK]| row.map(|colour| palette.yuv[usize::from(colour)][0]);
            let rows = ground.as_chunks().0.iter().map(|row| [*row, luma(row)].map(Row::from_le_bytes));
            rows.collect::<Vec<_>>()
        };
        let grounds = grounds.map(in_rows);
        let flat = |[colours, _]: &[Row; 2]| (*colours == splat(*colours as u8)).then_some(*colours as u8);
        let flat_grounds = [0, 1].map(|class: usize| grounds[class].iter().map(flat).collect());
        let words = columns.div_ceil(64);
        Ok(Self {
            scene,
            columns,
            rows,
            next: first,
            palette,
            grounds,
            flat_grounds,
            classes,
            period: repeat(drawing.ground_period()),
            now: Runs::default(),
            last: Runs::default(),
            motion: None,
            spans: Vec::new(),
            changed: vec![0; words * rows],
            words,
        })
    }

    /// The runs of a frame that is drawn so.
    fn flatten(&mut self, drawing: &dyn Drawing) -> Result<()> {
        self.now.all.clear();
        self.now.starts.clear();
        for y in 0..self.rows * BLOCK {
            let first = self.now.all.len();
            self.now.starts.push(first as u32);
            self.spans.clear();
            drawing.spans(y as u32, (self.columns * BLOCK) as u32, &mut self.spans);
            for span in &self.spans {
                let colour = self.palette.index(span.colour)?;
                paint(&mut self.now.all, first, Run { start: span.start as u16, end: span.end as u16, colour });
            }
        }
        self.now.starts.push(self.now.all.len() as u32);
        Ok(())
    }

    /// The colour of a block that is all of one; none where that cannot be told at once.
    fn uniform(&self, x: usize, y: usize) -> Option<u8> {
        let mut colour = None;
        for (runs, class) in self.now.rows(y).zip(&self.classes[y..y + BLOCK]) {
            let run = runs.iter().find(|run| usize::from(run.end) > x);
            let here = match run.filter(|run| usize::from(run.start) < x + BLOCK) {
                None => self.flat_grounds[usize::from(*class)].get(x / BLOCK).copied().flatten()?,
                Some(run) if usize::from(run.start) <= x && usize::from(run.end) >= x + BLOCK => run.colour,
                Some(_) => return None,
            };
            if *colour.get_or_insert(here) != here {
                return None;
            }
        }
        colour
    }

    /// The colours of a block, row by row; its luma is written on the way.
    fn colours(&self, x: usize, y: usize, luma: &mut [u8; BLOCK * BLOCK]) -> [Row; BLOCK] {
        let mut block = [0; BLOCK];
        let classes = &self.classes[y..y + BLOCK];
        for (((colours, luma), class), runs) in
            block.iter_mut().zip(luma.as_chunks_mut::<BLOCK>().0).zip(classes).zip(self.now.rows(y))
        {
            let mut brightness;
            [*colours, brightness] = self.grounds[usize::from(*class)][x / BLOCK];
            for run in runs {
                let (start, end) = (usize::from(run.start).max(x), usize::from(run.end).min(x + BLOCK));
                if start < end {
                    let mask = FIRST[end - x] ^ FIRST[start - x];
                    let luma = self.palette.yuv[usize::from(run.colour)][0];
                    *colours ^= (*colours ^ splat(run.colour)) & mask;
                    brightness ^= (brightness ^ splat(luma)) & mask;
                }
            }
            *luma = brightness.to_le_bytes();
        }
        block
    }

    /// Adds where, seen from a block of ground, ground of the same look lay in the frame before.
    fn ground_vectors(&self, x: usize, y: usize, vectors: &mut Vec<Vector>) {
        let far = [(0, -1), (-1, 0), (1, 0), (0, 1), (0, -2), (-2, 0), (2, 0), (0, 2)];
        let (width, height) = ((self.columns * BLOCK) as i32, (self.rows * BLOCK) as i32);
        let found = far.iter().map(|(dx, dy)| [dx * self.period, dy * self.period]).filter(|[dx, dy]| {
            let (x, y) = (x as i32 + dx, y as i32 + dy);
            let inside = x >= 0 && y >= 0 && x + BLOCK as i32 <= width && y + BLOCK as i32 <= height;
            inside && self.last.is_ground(x as usize, y as usize)
        });
        vectors.extend(found.take(2).map(|vector| vector.map(|way| way as i16)));
    }
}

/// The least multiple of a period that moves a block off itself and keeps chroma on its samples.
fn repeat(period: u32) -> i32 {
    let even = if period.is_multiple_of(2) { period } else { 2 * period };
    (even * (BLOCK as u32).div_ceil(even)) as i32
}

impl Blocks for SceneBlocks {
    fn advance(&mut self) -> Result<()> {
        let Content::Drawing(drawing) = self.scene.content(self.next) else {
            return Err(Error::encode("blocks", "a frame that is no drawing"));
        };
        std::mem::swap(&mut self.now, &mut self.last);
        self.flatten(&*drawing)?;
        self.next += 1;
        if self.last.starts.is_empty() {
            self.changed.fill(u64::MAX);
            return Ok(());
        }
        self.changed.fill(0);
        self.motion = self.scene.motion(self.next - 1);
        for y in 0..self.rows * BLOCK {
            let from = y / BLOCK * self.words;
            compare(self.last.row(y), self.now.row(y), &mut self.changed[from..from + self.words]);
        }
        Ok(())
    }

    fn changed(&self, row: usize) -> &[u64] {
        &self.changed[row * self.words..][..self.words]
    }

    fn read(&mut self, column: usize, row: usize, block: &mut Block) -> bool {
        let (x, y) = (column * BLOCK, row * BLOCK);
        if let Some(colour) = self.uniform(x, y) {
            let [y, cb, cr] = self.palette.yuv[usize::from(colour)];
            block.y.fill(y);
            block.c[0].fill(cb);
            block.c[1].fill(cr);
            return true;
        }
        let colours = self.colours(x, y, &mut block.y);
        self.palette.chroma(&colours, &mut block.c);
        false
    }

    fn vectors(&mut self, column: usize, row: usize, vectors: &mut Vec<Vector>) {
        let (x, y) = (column * BLOCK, row * BLOCK);
        if self.last.starts.is_empty() {
            return;
        }
        if self.now.is_ground(x, y) {
            return self.ground_vectors(x, y, vectors);
        }
        let half = BLOCK / 2;
        let Some(motion) = &self.motion else { return };
        motion((x + half) as i32, (y + half) as i32, vectors);
        let (right, lower) = ((self.columns - 1 - column) * BLOCK, (self.rows - 1 - row) * BLOCK);
        let inside = |from: usize, way: i16, to: usize| (-(from as i32)..=to as i32).contains(&i32::from(way));
        vectors.retain(|[dx, dy]| inside(x, *dx, right) && inside(y, *dy, lower));
    }
}

/// Paints a run over those of its row, which start at `first`.
fn paint(runs: &mut Vec<Run>, first: usize, new: Run) {
    if let Some(last) = runs[first..].last_mut() {
        if last.end == new.start && last.colour == new.colour {
            last.end = new.end;
            return;
        }
        if last.end > new.start {
            return paint_over(runs, first, new);
        }
    }
    runs.push(new);
}

/// As [`paint`], where some runs are covered, or cut.
fn paint_over(runs: &mut Vec<Run>, first: usize, new: Run) {
    let old = runs.split_off(first);
    let left = old.iter().filter(|run| run.start < new.start).map(|run| Run { end: run.end.min(new.start), ..*run });
    runs.extend(left);
    runs.push(new);
    let right = old.iter().filter(|run| run.end > new.end).map(|run| Run { start: run.start.max(new.end), ..*run });
    runs.extend(right);
}

/// Marks the blocks in which two rows of runs differ.
fn compare(old: &[Run], new: &[Run], changed: &mut [u64]) {
    if old == new {
        return;
    }
    let mut mark = |from: u16, to: u16| {
        (from / 16..=(to - 1) / 16).for_each(|block| changed[usize::from(block / 64)] |= 1 << (block % 64));
    };
    // Where each run has but moved a little, nothing but what lies between its old and its new ends differs.
    let near = |(old, new): (&Run, &Run)| old.colour == new.colour && old.start < new.end && new.start < old.end;
    if old.len() == new.len() && old.iter().zip(new).all(near) {
        for (old, new) in old.iter().zip(new) {
            for (a, b) in [(old.start, new.start), (old.end, new.end)] {
                if a != b {
                    mark(a.min(b), a.max(b));
                }
            }
        }
        return;
    }
    let (mut old, mut new, mut x) = (old, new, 0);
    while !(old.is_empty() && new.is_empty()) {
        let ((old_colour, old_end), (new_colour, new_end)) = (at(&mut old, x), at(&mut new, x));
        let end = old_end.min(new_end);
        if old_colour != new_colour && end < u16::MAX {
            mark(x, end);
        }
        x = end;
    }
}

/// The colour at a pixel, none where the ground lies, and the end of its run; drops the runs before.
fn at(runs: &mut &[Run], x: u16) -> (Option<u8>, u16) {
    while let [first, rest @ ..] = *runs
        && first.end <= x
    {
        *runs = rest;
    }
    match runs.first() {
        None => (None, u16::MAX),
        Some(run) if run.start > x => (None, run.start),
        Some(run) => (Some(run.colour), run.end),
    }
}

/// The colours of a scene, by the order of their first use.
#[derive(Default)]
struct Palette {
    /// R | G << 8 | B << 16.
    rgb: Vec<u32>,
    /// Y, Cb and Cr of a pixel among its like.
    yuv: Vec<[u8; 3]>,
    /// The colour that was asked for last.
    last: usize,
}

impl Palette {
    fn index(&mut self, rgb: u32) -> Result<u8> {
        if self.rgb.get(self.last) != Some(&rgb) {
            let known = self.rgb.iter().position(|known| *known == rgb);
            self.last = known.map_or_else(|| self.add(rgb), Ok)?;
        }
        Ok(self.last as u8)
    }

    fn add(&mut self, rgb: u32) -> Result<usize> {
        if self.rgb.len() == COLOURS {
            return Err(Error::encode("blocks", "a scene of too many colours"));
        }
        let [r, g, b, _] = rgb.to_le_bytes().map(i32::from);
        let [r4, g4, b4] = [4 * r, 4 * g, 4 * b];
        self.yuv.push([yuv::luma(r, g, b) as u8, yuv::cb(r4, g4, b4) as u8, yuv::cr(r4, g4, b4) as u8]);
        self.rgb.push(rgb);
        Ok(self.rgb.len() - 1)
    }

    /// Converts a block's chroma.
    fn chroma(&self, colours: &[Row; BLOCK], planes: &mut [[u8; BLOCK * BLOCK / 4]; 2]) {
        const LEFT: Row = Row::MAX / 0xffff * 0xff;
        let [cb, cr] = planes.each_mut().map(|plane| plane.as_chunks_mut::<{ BLOCK / 2 }>().0);
        for (([upper, lower], cb), cr) in colours.as_chunks().0.iter().zip(cb).zip(cr) {
            let [_, first_cb, first_cr] = self.yuv[usize::from(*upper as u8)];
            (*cb, *cr) = ([first_cb; BLOCK / 2], [first_cr; BLOCK / 2]);
            if upper == lower && *upper == splat(*upper as u8) {
                continue;
            }
            // Where a pixel is not as its neighbours to the right and below, the four have to be mixed.
            let mixed = ((upper ^ lower) | ((upper ^ upper >> 8) & LEFT)).to_le_bytes();
            let [upper, lower] = [upper, lower].map(|row| row.to_le_bytes());
            for x in 0..BLOCK / 2 {
                [_, cb[x], cr[x]] = self.yuv[usize::from(upper[2 * x])];
                if mixed[2 * x] | mixed[2 * x + 1] != 0 {
                    [cb[x], cr[x]] = self.mix([upper[2 * x], upper[2 * x + 1], lower[2 * x], lower[2 * x + 1]]);
                }
            }
        }
    }

    /// Cb and Cr of four pixels together.
    fn mix(&self, four: [u8; 4]) -> [u8; 2] {
        let mut sums = [0; 3];
        for colour in four {
            let channels = self.rgb[usize::from(colour)].to_le_bytes();
            sums.iter_mut().zip(channels).for_each(|(sum, channel)| *sum += i32::from(channel));
        }
        let [r, g, b] = sums;
        [yuv::cb(r, g, b) as u8, yuv::cr(r, g, b) as u8]
    }
}
