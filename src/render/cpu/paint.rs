//! Paints one frame of a scene: the ground by copying ready rows, then only what the shapes cover. Equal to asking
//! [`Drawing::pixel`] for every pixel.

use super::super::yuv::{self, Chroma, Pair, Still};
use crate::frame::{PixelFormat, Size};
use crate::pattern::{Drawing, Span};

/// A frame that is being painted.
pub(super) struct Painter {
    drawing: Box<dyn Drawing>,
    size: Size,
    /// A row of ground of each class, R, G, B.
    grounds: [Vec<u8>; 2],
    spans: Vec<Span>,
}

impl Painter {
    pub(super) fn new(drawing: Box<dyn Drawing>, size: Size) -> Self {
        let grounds = [0, 1].map(|class| {
            let row = (0..size.height).find(|y| drawing.ground_class(*y) == class);
            row.map_or_else(Vec::new, |y| (0..size.width).flat_map(|x| colour_bytes(drawing.ground(x, y))).collect())
        });
        Self { drawing, size, grounds, spans: Vec::new() }
    }

    /// Row `y`, R, G, B.
    pub(super) fn row(&mut self, y: u32, row: &mut [u8]) {
        row.copy_from_slice(&self.grounds[self.drawing.ground_class(y)]);
        self.spans.clear();
        self.drawing.spans(y, self.size.width, &mut self.spans);
        self.spans.iter().for_each(|span| fill(row, span));
    }

    /// The whole frame.
    pub(super) fn frame(mut self, image: &mut Still<'_, '_>) {
        let width = self.size.width as usize;
        let mut rows = [vec![0; 3 * width], vec![0; 3 * width]];
        let mut covered = Vec::new();
        let mut grounds: [Option<Ground>; 4] = Default::default();
        for index in 0..image.pairs() {
            let (top, bottom) = (2 * index, (2 * index + 1).min(self.size.height - 1));
            let classes = [top, bottom].map(|y| self.drawing.ground_class(y));
            let [first, second] = classes.map(|class| &self.grounds[class]);
            let mut pair = image.pair(index);
            grounds[classes[0] * 2 + classes[1]]
                .get_or_insert_with(|| Ground::new(first, second, image_format(&pair)))
                .copy_to(&mut pair);
            self.spans.clear();
            self.drawing.spans(top, self.size.width, &mut self.spans);
            let in_top = self.spans.len();
            self.drawing.spans(bottom, self.size.width, &mut self.spans);
            merge(&self.spans, width, &mut covered);
            for (start, end) in &covered {
                rows[0][3 * start..3 * end].copy_from_slice(&first[3 * start..3 * end]);
                rows[1][3 * start..3 * end].copy_from_slice(&second[3 * start..3 * end]);
            }
            self.spans[..in_top].iter().for_each(|span| fill(&mut rows[0], span));
            self.spans[in_top..].iter().for_each(|span| fill(&mut rows[1], span));
            for (start, end) in &covered {
                let [top, bottom] = [0, 1].map(|row| &rows[row][3 * start..3 * end]);
                yuv::convert(top, bottom, &mut pair.columns(*start, *end));
            }
        }
    }
}

/// The union of the spans, widened to whole 2 x 2 blocks, as disjoint intervals in order.
fn merge(spans: &[Span], width: usize, covered: &mut Vec<(usize, usize)>) {
    covered.clear();
    covered.extend(
        spans.iter().map(|span| (span.start as usize & !1, (span.end as usize).next_multiple_of(2).min(width))),
    );
    covered.sort_unstable();
    covered.dedup_by(|next, last| {
        let touches = next.0 <= last.1;
        if touches {
            last.1 = last.1.max(next.1);
        }
        touches
    });
}

fn fill(row: &mut [u8], span: &Span) {
    let [r, g, b] = colour_bytes(span.colour);
    for pixel in row[3 * span.start as usize..3 * span.end as usize].chunks_exact_mut(3) {
        (pixel[0], pixel[1], pixel[2]) = (r, g, b);
    }
}

fn colour_bytes(colour: u32) -> [u8; 3] {
    let [r, g, b, _] = colour.to_le_bytes();
    [r, g, b]
}

fn image_format(pair: &Pair<'_>) -> PixelFormat {
    match pair.chroma {
        Chroma::Planar(..) => PixelFormat::I420,
        Chroma::SemiPlanar(..) => PixelFormat::Nv12,
    }
}

/// A converted pair of ground rows.
struct Ground {
    bytes: Vec<u8>,
    width: usize,
    format: PixelFormat,
}

impl Ground {
    fn new(top: &[u8], bottom: &[u8], format: PixelFormat) -> Self {
        let width = top.len() / 3;
        let mut ground = Self { bytes: vec![0; 2 * width + 2 * width.div_ceil(2)], width, format };
        yuv::convert(top, bottom, &mut ground.pair());
        ground
    }

    fn pair(&mut self) -> Pair<'_> {
        let (first, rest) = self.bytes.split_at_mut(self.width);
        let (second, chroma) = rest.split_at_mut(self.width);
        let chroma = match self.format {
            PixelFormat::I420 => {
                let (u, v) = chroma.split_at_mut(self.width.div_ceil(2));
                Chroma::Planar(u, v)
            }
            PixelFormat::Nv12 => Chroma::SemiPlanar(chroma),
        };
        Pair { luma: [first, second], chroma }
    }

    fn copy_to(&mut self, pair: &mut Pair<'_>) {
        pair.copy_from(&self.pair());
    }
}
