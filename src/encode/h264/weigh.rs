//! The slow way to a macroblock's coding where a frame before is known: whatever may pay is coded, its bits are counted, and the best
//! bargain is taken. Knows nothing of where candidates come from.

use super::choice::{INTER, Site, Tried, Verdict};
use super::macroblock::{Coded, Kind, ORDER, Shape};
use super::motion::skipped;
use super::picture::{HALF, block_error};
use super::residual::{chroma, luma};
use crate::frame::{BLOCK, Block, Vector};

impl Site<'_> {
    /// The best bargain of all codings of a macroblock that differs from the frame before at the same place.
    pub(super) fn weighed(&mut self) -> Verdict {
        let skip = skipped(&self.place.around);
        let skip = self.holds(skip).then(|| {
            let made = self.displaced(&[skip; 4]);
            (skip, u64::from(block_error(self.source, &made)) * 256 + self.lambda, made)
        });
        let mut best: Option<Tried> = None;
        let displacements = self.displacements();
        for (shape, vectors) in displacements {
            let tried = self.inter(shape, vectors);
            take_less(&mut best, tried);
        }
        if best.as_ref().is_none_or(|best| best.coded.has_levels()) {
            let (coded, made) = self.blocks();
            let blocks = self.price(coded, made);
            take_less(&mut best, blocks);
            let whole = self.whole(self.quantiser, self.lambda);
            take_less(&mut best, whole);
        }
        match (skip, best) {
            (Some((vector, cost, made)), Some(best)) if cost <= best.cost => {
                self.put(&made);
                Verdict::Skip(vector)
            }
            (_, Some(best)) => self.take(best),
            (_, None) => self.moved(),
        }
    }

    /// A macroblock from the frame before, and of what is left so much as pays.
    fn inter(&self, shape: Shape, vectors: [Vector; 4]) -> Tried {
        let prediction = self.displaced(&vectors);
        let mut made = prediction.clone();
        let mut coded = Coded { vectors, ..Coded::bare(Kind::Inter(shape), self.quantiser) };
        let grain = self.grain(INTER);
        luma(self.source, &grain, &mut coded, &mut made);
        chroma(self.source, &grain, &mut coded, &mut made);
        let mut best = self.price(coded, made);
        for quarter in 0..4 {
            self.without_luma(&mut best, &prediction, quarter);
        }
        for plane in 0..2 {
            self.without_chroma(&mut best, &prediction, plane);
        }
        if best.coded.has_levels() {
            let bare = Coded { vectors, ..Coded::bare(Kind::Inter(shape), self.quantiser) };
            let bare = self.price(bare, prediction);
            if bare.cost < best.cost {
                best = bare;
            }
        }
        best
    }

    /// Drops the levels of a quarter of luma where that pays.
    fn without_luma(&self, best: &mut Tried, prediction: &Block, quarter: usize) {
        let blocks = &ORDER[4 * quarter..4 * quarter + 4];
        if blocks.iter().all(|block| best.coded.luma_masks[*block] == 0) {
            return;
        }
        let (mut coded, mut made) = (best.coded.clone(), best.made.clone());
        blocks.iter().for_each(|block| (coded.luma[*block], coded.luma_masks[*block]) = ([0; 16], 0));
        let from = quarter / 2 * HALF * BLOCK + quarter % 2 * HALF;
        for at in (0..HALF).map(|y| from + y * BLOCK) {
            made.y[at..at + HALF].copy_from_slice(&prediction.y[at..at + HALF]);
        }
        self.take_price(best, coded, made);
    }

    /// Drops the levels of a plane of chroma where that pays.
    fn without_chroma(&self, best: &mut Tried, prediction: &Block, plane: usize) {
        if best.coded.chroma_masks[plane] == [0; 4] && best.coded.chroma_dc[plane] == [0; 4] {
            return;
        }
        let (mut coded, mut made) = (best.coded.clone(), best.made.clone());
        (coded.chroma[plane], coded.chroma_masks[plane], coded.chroma_dc[plane]) = ([[0; 16]; 4], [0; 4], [0; 4]);
        made.c[plane] = prediction.c[plane];
        self.take_price(best, coded, made);
    }

    fn take_price(&self, best: &mut Tried, coded: Coded, made: Block) {
        let tried = self.price(coded, made);
        if tried.cost < best.cost {
            *best = tried;
        }
    }
}

fn take_less(best: &mut Option<Tried>, tried: Tried) {
    if best.as_ref().is_none_or(|best| tried.cost < best.cost) {
        *best = Some(tried);
    }
}
