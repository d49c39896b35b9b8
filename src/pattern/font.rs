//! The bitmap font: what `Frame 0123456789` needs, 5 pixels wide and 7 high in cells of 6 by 8. It goes to the kernels as
//! bitmaps in their `Params`, so that they know no letters.

/// Columns of a cell.
pub(crate) const CELL_WIDTH: u32 = 6;

/// Rows of a cell.
pub(crate) const CELL_HEIGHT: u32 = 8;

/// A glyph's ink: rows 0 to 4 in the first word, 5 to 7 in the second, bit `6 * (row % 5) + column`.
pub(crate) type Glyph = [u32; 2];

/// Rows of a cell that the first word holds.
pub(crate) const ROWS_IN_WORD: u32 = 5;

/// A blank, and the glyph of a character that the font lacks.
const BLANK: [&str; 7] = ["     ", "     ", "     ", "     ", "     ", "     ", "     "];

const GLYPHS: [(char, [&str; 7]); 15] = [
    ('0', [" ### ", "#   #", "#  ##", "# # #", "##  #", "#   #", " ### "]),
    ('1', ["  #  ", " ##  ", "  #  ", "  #  ", "  #  ", "  #  ", " ### "]),
    ('2', [" ### ", "#   #", "    #", "   # ", "  #  ", " #   ", "#####"]),
    ('3', [" ### ", "#   #", "    #", "  ## ", "    #", "#   #", " ### "]),
    ('4', ["   # ", "  ## ", " # # ", "#  # ", "#####", "   # ", "   # "]),
    ('5', ["#####", "#    ", "#### ", "    #", "    #", "#   #", " ### "]),
    ('6', ["  ## ", " #   ", "#    ", "#### ", "#   #", "#   #", " ### "]),
    ('7', ["#####", "    #", "   # ", "  #  ", " #   ", " #   ", " #   "]),
    ('8', [" ### ", "#   #", "#   #", " ### ", "#   #", "#   #", " ### "]),
    ('9', [" ### ", "#   #", "#   #", " ####", "    #", "   # ", " ##  "]),
    ('F', ["#####", "#    ", "#    ", "###  ", "#    ", "#    ", "#    "]),
    ('a', ["     ", "     ", " ### ", "    #", " ####", "#   #", " ####"]),
    ('e', ["     ", "     ", " ### ", "#   #", "#####", "#    ", " ### "]),
    ('m', ["     ", "     ", "## # ", "# # #", "# # #", "# # #", "# # #"]),
    ('r', ["     ", "     ", "# ## ", "##  #", "#    ", "#    ", "#    "]),
];

/// The bitmap of a character.
pub(crate) fn glyph(character: char) -> Glyph {
    let rows = GLYPHS.iter().find(|(known, _)| *known == character).map_or(&BLANK, |(_, rows)| rows);
    let mut words = [0; 2];
    for (y, row) in (0..).zip(rows) {
        for (x, _) in (0..).zip(row.bytes()).filter(|(_, ink)| *ink == b'#') {
            words[(y / ROWS_IN_WORD) as usize] |= 1 << (y % ROWS_IN_WORD * CELL_WIDTH + x);
        }
    }
    words
}

#[cfg(any(feature = "cli", test))]
/// Whether a glyph has ink in this column and row of its cell.
pub(crate) fn inked(glyph: Glyph, column: u32, row: u32) -> bool {
    glyph[(row / ROWS_IN_WORD) as usize] >> (row % ROWS_IN_WORD * CELL_WIDTH + column) & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glyphs_differ_and_fill_their_rows() {
        let all: std::collections::HashSet<_> = "Frame 0123456789".chars().map(glyph).collect();
        assert_eq!(all.len(), 16);
        assert!(GLYPHS.iter().all(|(_, rows)| rows.iter().all(|row| row.len() == 5)));
        assert_eq!(glyph('?'), [0, 0]);
    }
}
