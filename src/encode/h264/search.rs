//! Where the content of a macroblock lay in the frame before: the places that its neighbours and the scene lead to expect, and those
//! around the best of them. Knows nothing of what is left over there.

use super::bits::se_bits;
use super::choice::Site;
use super::macroblock::Shape;
use crate::frame::{BLOCK, Vector};

/// Displacements that were looked at, each with what its bits are worth and the sums of absolute differences of the quarters.
struct Candidates {
    all: [(Vector, u32, [u32; 4]); 32],
    count: usize,
}

/// Absolute differences, in those that a bit is worth, up to which a displacement is good enough.
const NEAR: u32 = 8;

/// Displacements of the whole that are worth a closer look.
const CLOSE: usize = 3;

/// The displacements beside one.
const RING: [Vector; 8] = [[-1, 0], [1, 0], [0, -1], [0, 1], [-1, -1], [1, 1], [-1, 1], [1, -1]];

impl Candidates {
    fn add(&mut self, vector: Vector, price: u32, errors: [u32; 4]) {
        if let Some(free) = self.all.get_mut(self.count) {
            *free = (vector, price, errors);
            self.count += 1;
        }
    }

    fn all(&self) -> &[(Vector, u32, [u32; 4])] {
        &self.all[..self.count]
    }

    /// The price, vector and error of the best for a part, whose error `of` tells.
    #[inline]
    fn best(&self, of: impl Fn(&[u32; 4]) -> u32) -> (u32, Vector, u32) {
        let mut best = (u32::MAX, 0, 0);
        for (number, (_, price, errors)) in self.all().iter().enumerate() {
            let error = of(errors);
            if error + price < best.0 {
                best = (error + price, number, error);
            }
        }
        (best.0, self.all[best.1].0, best.2)
    }

    /// The same for a part of a shape.
    #[inline]
    fn best_of(&self, shape: Shape, part: usize) -> (u32, Vector, u32) {
        match (shape, part) {
            (Shape::Whole, _) => self.best(|[a, b, c, d]| a + b + c + d),
            (Shape::Rows, 0) => self.best(|[a, b, ..]| a + b),
            (Shape::Rows, _) => self.best(|[.., c, d]| c + d),
            (Shape::Columns, 0) => self.best(|[a, _, c, _]| a + c),
            (Shape::Columns, _) => self.best(|[_, b, _, d]| b + d),
            (Shape::Quarters, _) => self.best(|errors| errors[part]),
        }
    }

    /// The best vector of each part of a shape, and what they come to.
    fn divided(&self, shape: Shape, weight: u32) -> (u32, Shape, [Vector; 4]) {
        let mut vectors = [[0; 2]; 4];
        let mut sum = weight * [1, 3, 3, 9][shape as usize];
        for part in 0..shape.parts().len() {
            let (price, vector, _) = self.best_of(shape, part);
            sum += price;
            (0..4).filter(|quarter| shape.part_of(*quarter) == part).for_each(|quarter| vectors[quarter] = vector);
        }
        (sum, shape, vectors)
    }
}

/// Bits of a vector where another is expected.
fn vector_bits(vector: Vector, expected: Vector) -> u32 {
    (0..2).map(|axis| se_bits(4 * (i32::from(vector[axis]) - i32::from(expected[axis])))).sum()
}

/// What a bit is worth in absolute differences, where it is `lambda` in squared ones of 1/256.
pub(super) fn root(lambda: u64) -> u32 {
    (lambda.isqrt() / 16).max(1) as u32
}

impl Site<'_> {
    pub(super) fn holds(&self, vector: Vector) -> bool {
        self.reference.holds(self.column * BLOCK, self.row * BLOCK, vector, BLOCK)
    }

    /// Displacements that may fit, the likeliest first, until one is enough. Returns that one.
    pub(super) fn candidates(&self, mut enough: impl FnMut(Vector) -> bool) -> Option<Vector> {
        let around = &self.place.around;
        let usual = [
            Some(self.expected),
            around.left.map(|trace| trace.vectors[1]),
            around.above.map(|trace| trace.vectors[2]),
            around.above_right.map(|trace| trace.vectors[2]),
            Some([0, 0]),
        ];
        for (number, vector) in usual.iter().enumerate() {
            let Some(vector) = vector else { continue };
            if !usual[..number].contains(&Some(*vector)) && self.holds(*vector) && enough(*vector) {
                return Some(*vector);
            }
        }
        self.vectors.iter().copied().find(|vector| !usual.contains(&Some(*vector)) && enough(*vector))
    }

    /// The displacements that come nearest, their bits counted.
    pub(super) fn displacement(&self) -> (Shape, [Vector; 4]) {
        let (tried, exact) = self.looked_at();
        if let Some(vector) = exact {
            return (Shape::Whole, [vector; 4]);
        }
        let (_, vector, error) = tried.best_of(Shape::Whole, 0);
        if !self.effort.divide || error <= NEAR * self.weight {
            return (Shape::Whole, [vector; 4]);
        }
        let divided = Shape::ALL.map(|shape| tried.divided(shape, self.weight));
        let best = divided.into_iter().min_by_key(|(price, ..)| *price);
        best.map_or((Shape::Whole, [vector; 4]), |(_, shape, vectors)| (shape, vectors))
    }

    /// The displacements that are worth a closer look: the nearest of the whole, and those of each other shape.
    pub(super) fn displacements(&self) -> Vec<(Shape, [Vector; 4])> {
        let (mut tried, exact) = self.looked_at();
        let divided = Shape::ALL.map(|shape| tried.divided(shape, self.weight));
        tried.all[..tried.count].sort_by_key(|(_, price, errors)| errors.iter().sum::<u32>() + price);
        let nearest = tried.all().iter().take(CLOSE).map(|(vector, ..)| (Shape::Whole, [*vector; 4]));
        let divided = divided.into_iter().map(|(_, shape, vectors)| (shape, vectors));
        nearest.chain(divided.filter(|(_, vectors)| exact.is_none() && *vectors != [vectors[0]; 4])).collect()
    }

    /// Displacements that may fit, and those around the best of them; and one that is exact, which ends the search.
    fn looked_at(&self) -> (Candidates, Option<Vector>) {
        let mut tried = Candidates { all: [([0; 2], 0, [0; 4]); 32], count: 0 };
        let (x, y) = (self.column * BLOCK, self.row * BLOCK);
        let (weight, expected) = (self.weight, self.expected);
        let look = |vector, tried: &mut Candidates| {
            let errors = self.reference.luma_errors(x, y, vector, &self.source.y);
            tried.add(vector, weight * vector_bits(vector, expected), errors);
            errors == [0; 4]
        };
        if let Some(vector) = self.candidates(|vector| look(vector, &mut tried)) {
            return (tried, Some(vector));
        }
        let (_, mut center, mut error) = tried.best_of(Shape::Whole, 0);
        for _ in 0..self.effort.rings {
            if error <= NEAR * weight {
                break;
            }
            let before = center;
            for [dx, dy] in RING {
                let vector = [center[0] + dx, center[1] + dy];
                if self.holds(vector) && tried.all().iter().all(|(known, ..)| *known != vector) {
                    look(vector, &mut tried);
                }
            }
            (_, center, error) = tried.best_of(Shape::Whole, 0);
            if center == before {
                break;
            }
        }
        (tried, None)
    }
}
