//! How a macroblock's displacements are told: by their difference from what the neighbours' lead to expect (Rec. ITU-T H.264,
//! 8.4.1). Knows nothing of pixels.

use super::macroblock::{Around, Shape, Trace};
use crate::frame::Vector;

/// What lies beside a part: none beyond the picture or not yet coded; no vector where it is not predicted from another frame.
type Beside = Option<Option<Vector>>;

/// The vector that is expected of a whole macroblock.
#[inline]
pub(super) fn expected_of_whole(around: &Around<'_>) -> Vector {
    let corner = quarter(around.above_right, 2).or_else(|| quarter(around.above_left, 3));
    median(quarter(around.left, 1), quarter(around.above, 2), corner)
}

/// The vector that is expected of a part.
pub(super) fn expected(around: &Around<'_>, own: &[Vector; 4], shape: Shape, part: usize) -> Vector {
    // The column and row of its upper left quarter, and its quarters in a row.
    let (x, y, width) = match shape {
        Shape::Whole => return expected_of_whole(around),
        Shape::Rows => (0, part as i32, 2),
        Shape::Columns => (part as i32, 0, 1),
        Shape::Quarters => (part as i32 % 2, part as i32 / 2, 1),
    };
    let at = |column, row| beside(around, own, (x, y), column, row);
    let (left, above) = (at(x - 1, y), at(x, y - 1));
    let corner = at(x + width, y - 1).or_else(|| at(x - 1, y - 1));
    let preferred = match (shape, part) {
        (Shape::Rows, 0) => above,
        (Shape::Rows, _) | (Shape::Columns, 0) => left,
        (Shape::Columns, _) => corner,
        _ => None,
    };
    match preferred {
        Some(Some(vector)) => vector,
        _ => median(left, above, corner),
    }
}

/// A quarter of a neighbour.
#[inline(always)]
fn quarter(neighbour: Option<&Trace>, place: usize) -> Beside {
    neighbour.map(|trace| (!trace.intra).then_some(trace.vectors[place]))
}

/// What lies at a quarter, counted from the macroblock's upper left, seen from the part that starts at `part`.
fn beside(around: &Around<'_>, own: &[Vector; 4], part: (i32, i32), column: i32, row: i32) -> Beside {
    match (column, row) {
        (-1, -1) => quarter(around.above_left, 3),
        (-1, row) => quarter(around.left, row as usize * 2 + 1),
        (2, -1) => quarter(around.above_right, 2),
        (column, -1) => quarter(around.above, 2 + column as usize),
        (column @ 0..2, row) if row * 2 + column < part.1 * 2 + part.0 => Some(Some(own[(row * 2 + column) as usize])),
        _ => None,
    }
}

fn median(left: Beside, above: Beside, corner: Beside) -> Vector {
    if above.is_none() && corner.is_none() {
        return left.flatten().unwrap_or_default();
    }
    let three = [left, above, corner].map(Option::flatten);
    let mut known = three.iter().flatten();
    if let (Some(only), None) = (known.next(), known.next()) {
        return *only;
    }
    let [a, b, c] = three.map(Option::unwrap_or_default);
    [0, 1].map(|axis| a[axis].max(b[axis]).min(a[axis].min(b[axis]).max(c[axis])))
}

/// The vector of a macroblock that is skipped.
pub(super) fn skipped(around: &Around<'_>) -> Vector {
    let still = |trace: &Trace, place: usize| !trace.intra && trace.vectors[place] == [0, 0];
    match (around.left, around.above) {
        (Some(left), Some(above)) if !still(left, 1) && !still(above, 2) => expected_of_whole(around),
        _ => [0, 0],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moving(vector: Vector) -> Trace {
        Trace { vectors: [vector; 4], ..Trace::default() }
    }

    #[test]
    fn the_median_is_each_axis_own_and_one_alone_is_taken() {
        let [a, b, c] = [[1, 9], [5, 2], [3, 4]].map(moving);
        let intra = Trace { intra: true, ..Trace::default() };
        let still = moving([0, 0]);
        let around = |left, above, above_right| Around { left, above, above_right, above_left: None };
        let whole = |around: Around<'_>| expected(&around, &[[0; 2]; 4], Shape::Whole, 0);
        assert_eq!(whole(around(Some(&a), Some(&b), Some(&c))), [3, 4]);
        assert_eq!(whole(around(Some(&a), None, None)), [1, 9]);
        assert_eq!(whole(around(Some(&intra), Some(&b), Some(&intra))), [5, 2]);
        assert_eq!(whole(around(Some(&intra), None, None)), [0, 0]);
        assert_eq!(whole(around(None, Some(&b), Some(&c))), [3, 2]);
        assert_eq!(skipped(&around(Some(&a), None, Some(&c))), [0, 0]);
        assert_eq!(skipped(&around(Some(&still), Some(&b), Some(&c))), [0, 0]);
        assert_eq!(skipped(&around(Some(&a), Some(&b), Some(&c))), [3, 4]);
    }

    #[test]
    fn parts_look_into_their_own_macroblock() {
        let own = [[1, 1], [2, 2], [3, 3], [4, 4]];
        let around = Around::default();
        assert_eq!(expected(&around, &own, Shape::Quarters, 3), [2, 2]);
        assert_eq!(expected(&around, &own, Shape::Quarters, 1), [1, 1]);
        assert_eq!(expected(&around, &own, Shape::Columns, 1), [1, 1]);
        assert_eq!(expected(&around, &own, Shape::Rows, 1), [1, 1]);
    }
}
