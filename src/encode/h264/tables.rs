//! The code tables of CAVLC (Rec. ITU-T H.264, 9.2 and table 9-4), as the Recommendation prints them: strings of binary digits, made
//! numbers at compile time.

/// A code: its bits and their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Code {
    pub(super) bits: u16,
    pub(super) length: u8,
}

const fn code(digits: &str) -> Code {
    let digits = digits.as_bytes();
    let (mut bits, mut place) = (0, 0);
    while place < digits.len() {
        bits = bits << 1 | (digits[place] - b'0') as u16;
        place += 1;
    }
    Code { bits, length: digits.len() as u8 }
}

const fn codes<const N: usize>(rows: [&str; N]) -> [Code; N] {
    let mut made = [Code { bits: 0, length: 0 }; N];
    let mut place = 0;
    while place < N {
        made[place] = code(rows[place]);
        place += 1;
    }
    made
}

const fn coeff_tokens<const N: usize>(rows: [[&str; 4]; N]) -> [[Code; 4]; N] {
    let mut made = [[Code { bits: 0, length: 0 }; 4]; N];
    let mut place = 0;
    while place < N {
        made[place] = codes(rows[place]);
        place += 1;
    }
    made
}

/// coeff_token by the number of coefficients and of trailing ones, for nC of 0..2, 2..4, 4..8 (table 9-5). From 8 on it is 6 bits.
pub(super) static COEFF_TOKEN: [[[Code; 4]; 17]; 3] = [
    coeff_tokens([
        ["1", "", "", ""],
        ["000101", "01", "", ""],
        ["00000111", "000100", "001", ""],
        ["000000111", "00000110", "0000101", "00011"],
        ["0000000111", "000000110", "00000101", "000011"],
        ["00000000111", "0000000110", "000000101", "0000100"],
        ["0000000001111", "00000000110", "0000000101", "00000100"],
        ["0000000001011", "0000000001110", "00000000101", "000000100"],
        ["0000000001000", "0000000001010", "0000000001101", "0000000100"],
        ["00000000001111", "00000000001110", "0000000001001", "00000000100"],
        ["00000000001011", "00000000001010", "00000000001101", "0000000001100"],
        ["000000000001111", "000000000001110", "00000000001001", "00000000001100"],
        ["000000000001011", "000000000001010", "000000000001101", "00000000001000"],
        ["0000000000001111", "000000000000001", "000000000001001", "000000000001100"],
        ["0000000000001011", "0000000000001110", "0000000000001101", "000000000001000"],
        ["0000000000000111", "0000000000001010", "0000000000001001", "0000000000001100"],
        ["0000000000000100", "0000000000000110", "0000000000000101", "0000000000001000"],
    ]),
    coeff_tokens([
        ["11", "", "", ""],
        ["001011", "10", "", ""],
        ["000111", "00111", "011", ""],
        ["0000111", "001010", "001001", "0101"],
        ["00000111", "000110", "000101", "0100"],
        ["00000100", "0000110", "0000101", "00110"],
        ["000000111", "00000110", "00000101", "001000"],
        ["00000001111", "000000110", "000000101", "000100"],
        ["00000001011", "00000001110", "00000001101", "0000100"],
        ["000000001111", "00000001010", "00000001001", "000000100"],
        ["000000001011", "000000001110", "000000001101", "00000001100"],
        ["000000001000", "000000001010", "000000001001", "00000001000"],
        ["0000000001111", "0000000001110", "0000000001101", "000000001100"],
        ["0000000001011", "0000000001010", "0000000001001", "0000000001100"],
        ["0000000000111", "00000000001011", "0000000000110", "0000000001000"],
        ["00000000001001", "00000000001000", "00000000001010", "0000000000001"],
        ["00000000000111", "00000000000110", "00000000000101", "00000000000100"],
    ]),
    coeff_tokens([
        ["1111", "", "", ""],
        ["001111", "1110", "", ""],
        ["001011", "01111", "1101", ""],
        ["001000", "01100", "01110", "1100"],
        ["0001111", "01010", "01011", "1011"],
        ["0001011", "01000", "01001", "1010"],
        ["0001001", "001110", "001101", "1001"],
        ["0001000", "001010", "001001", "1000"],
        ["00001111", "0001110", "0001101", "01101"],
        ["00001011", "00001110", "0001010", "001100"],
        ["000001111", "00001010", "00001101", "0001100"],
        ["000001011", "000001110", "00001001", "00001100"],
        ["000001000", "000001010", "000001101", "00001000"],
        ["0000001101", "000000111", "000001001", "000001100"],
        ["0000001001", "0000001100", "0000001011", "0000001010"],
        ["0000000101", "0000001000", "0000000111", "0000000110"],
        ["0000000001", "0000000100", "0000000011", "0000000010"],
    ]),
];

/// coeff_token of chroma's DC coefficients (nC = -1).
pub(super) static CHROMA_COEFF_TOKEN: [[Code; 4]; 5] = coeff_tokens([
    ["01", "", "", ""],
    ["000111", "1", "", ""],
    ["000100", "000110", "001", ""],
    ["000011", "0000011", "0000010", "000101"],
    ["000010", "00000011", "00000010", "0000000"],
]);

/// total_zeros by the number of coefficients, 1..=15, and of zeros (tables 9-7 and 9-8).
pub(super) static TOTAL_ZEROS: [&[Code]; 15] = [
    &codes([
        "1",
        "011",
        "010",
        "0011",
        "0010",
        "00011",
        "00010",
        "000011",
        "000010",
        "0000011",
        "0000010",
        "00000011",
        "00000010",
        "000000011",
        "000000010",
        "000000001",
    ]),
    &codes([
        "111", "110", "101", "100", "011", "0101", "0100", "0011", "0010", "00011", "00010", "000011", "000010",
        "000001", "000000",
    ]),
    &codes([
        "0101", "111", "110", "101", "0100", "0011", "100", "011", "0010", "00011", "00010", "000001", "00001",
        "000000",
    ]),
    &codes(["00011", "111", "0101", "0100", "110", "101", "100", "0011", "011", "0010", "00010", "00001", "00000"]),
    &codes(["0101", "0100", "0011", "111", "110", "101", "100", "011", "0010", "00001", "0001", "00000"]),
    &codes(["000001", "00001", "111", "110", "101", "100", "011", "010", "0001", "001", "000000"]),
    &codes(["000001", "00001", "101", "100", "011", "11", "010", "0001", "001", "000000"]),
    &codes(["000001", "0001", "00001", "011", "11", "10", "010", "001", "000000"]),
    &codes(["000001", "000000", "0001", "11", "10", "001", "01", "00001"]),
    &codes(["00001", "00000", "001", "11", "10", "01", "0001"]),
    &codes(["0000", "0001", "001", "010", "1", "011"]),
    &codes(["0000", "0001", "01", "1", "001"]),
    &codes(["000", "001", "1", "01"]),
    &codes(["00", "01", "1"]),
    &codes(["0", "1"]),
];

/// total_zeros of chroma's DC coefficients (table 9-9).
pub(super) static CHROMA_TOTAL_ZEROS: [&[Code]; 3] =
    [&codes(["1", "01", "001", "000"]), &codes(["1", "01", "00"]), &codes(["1", "0"])];

/// run_before by the zeros that are left, 1..=6 and more, and the run (table 9-10).
pub(super) static RUN_BEFORE: [&[Code]; 7] = [
    &codes(["1", "0"]),
    &codes(["1", "01", "00"]),
    &codes(["11", "10", "01", "00"]),
    &codes(["11", "10", "01", "001", "000"]),
    &codes(["11", "10", "011", "010", "001", "000"]),
    &codes(["11", "000", "001", "011", "010", "101", "100"]),
    &codes([
        "111",
        "110",
        "101",
        "100",
        "011",
        "010",
        "001",
        "0001",
        "00001",
        "000001",
        "0000001",
        "00000001",
        "000000001",
        "0000000001",
        "00000000001",
    ]),
];

/// The coded block pattern that each code number stands for, in Intra_4x4 and in Inter macroblocks (table 9-4).
const PATTERNS: [[u8; 2]; 48] = [
    [47, 0],
    [31, 16],
    [15, 1],
    [0, 2],
    [23, 4],
    [27, 8],
    [29, 32],
    [30, 3],
    [7, 5],
    [11, 10],
    [13, 12],
    [14, 15],
    [39, 47],
    [43, 7],
    [45, 11],
    [46, 13],
    [16, 14],
    [3, 6],
    [5, 9],
    [10, 31],
    [12, 35],
    [19, 37],
    [21, 42],
    [26, 44],
    [28, 33],
    [35, 34],
    [37, 36],
    [42, 40],
    [44, 39],
    [1, 43],
    [2, 45],
    [4, 46],
    [8, 17],
    [17, 18],
    [18, 20],
    [20, 24],
    [24, 19],
    [6, 21],
    [9, 26],
    [22, 28],
    [25, 23],
    [32, 27],
    [33, 29],
    [34, 30],
    [36, 22],
    [40, 25],
    [38, 38],
    [41, 41],
];

/// The code number of each coded block pattern, in Intra_4x4 and in Inter macroblocks.
pub(super) static PATTERN_NUMBER: [[u8; 48]; 2] = {
    let mut numbers = [[0; 48]; 2];
    let mut number = 0;
    while number < 48 {
        numbers[0][PATTERNS[number][0] as usize] = number as u8;
        numbers[1][PATTERNS[number][1] as usize] = number as u8;
        number += 1;
    }
    numbers
};

#[cfg(test)]
mod tests {
    use super::*;

    /// No code begins another, and a table that is full leaves no bits unused but those listed.
    fn check(name: &str, codes: &[Code], unused: u32) {
        for (place, a) in codes.iter().enumerate() {
            for b in &codes[place + 1..] {
                let (short, long) = if a.length <= b.length { (a, b) } else { (b, a) };
                assert!(long.bits >> (long.length - short.length) != short.bits, "{name}: {a:?} {b:?}");
            }
        }
        let used: u32 = codes.iter().map(|code| 1 << (16 - code.length)).sum();
        assert_eq!((1 << 16) - used, unused, "{name}");
    }

    #[test]
    fn no_code_begins_another() {
        for (number, (table, unused)) in COEFF_TOKEN.iter().zip([2, 8, 64]).enumerate() {
            let codes: Vec<_> = table.iter().flatten().copied().filter(|code| code.length > 0).collect();
            assert_eq!(codes.len(), 62);
            check(&format!("coeff_token {number}"), &codes, unused);
        }
        let codes: Vec<_> = CHROMA_COEFF_TOKEN.iter().flatten().copied().filter(|code| code.length > 0).collect();
        check("coeff_token of chroma", &codes, 0);
        for (number, codes) in TOTAL_ZEROS.iter().enumerate() {
            assert_eq!(codes.len(), 16 - number);
            check(&format!("total_zeros {number}"), codes, if number == 0 { 128 } else { 0 });
        }
        CHROMA_TOTAL_ZEROS.iter().for_each(|codes| check("total_zeros of chroma", codes, 0));
        for (number, codes) in RUN_BEFORE.iter().enumerate() {
            check(&format!("run_before {number}"), codes, if number == 6 { 32 } else { 0 });
        }
    }

    #[test]
    fn every_pattern_has_one_number() {
        for numbers in PATTERN_NUMBER {
            assert_eq!(numbers.iter().collect::<std::collections::BTreeSet<_>>().len(), 48);
        }
    }
}
