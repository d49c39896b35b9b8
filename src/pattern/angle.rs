//! Angles without floats, so that every machine agrees: a turn is 2^32, sines are Q16.

/// Half of pi, Q30.
const HALF_PI: i64 = 1_686_629_713;

/// The sine of `turn` / 2^32 turns, Q16, within 1 of the true value: the Taylor polynomial of a quarter turn, in Q30.
pub(super) fn sine(turn: u32) -> i32 {
    let quarter = turn >> 30;
    let part = i64::from(turn & 0x3fff_ffff);
    let part = if quarter & 1 == 1 { (1 << 30) - part } else { part };
    let x = (part * HALF_PI) >> 30;
    let square = (x * x) >> 30;
    let mut sum: i64 = 1 << 30;
    for step in [12 * 13, 10 * 11, 8 * 9, 6 * 7, 4 * 5, 2 * 3] {
        sum = (1 << 30) - ((square * sum) >> 30) / step;
    }
    let sine = (((x * sum) >> 30) + (1 << 13)) >> 14;
    if quarter >= 2 { -sine as i32 } else { sine as i32 }
}

/// The direction `turn` / 2^32 turns clockwise from straight up, x to the right and y down, Q16.
pub(super) fn direction(turn: u32) -> (i32, i32) {
    (sine(turn), -sine(turn.wrapping_add(1 << 30)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1.0 in Q16.
    const ONE: i32 = 1 << 16;

    #[test]
    fn sine_is_the_sine() {
        for step in 0..100_003_u64 {
            let turn = ((step << 32) / 100_003) as u32;
            let exact = (f64::from(turn) / f64::from(1_u32 << 31) * std::f64::consts::PI).sin() * f64::from(ONE);
            assert!((f64::from(sine(turn)) - exact).abs() <= 1.0, "{turn}: {} is not {exact}", sine(turn));
        }
        assert_eq!([0, 1 << 30, 2 << 30, 3 << 30].map(sine), [0, ONE, 0, -ONE]);
        assert_eq!([0, 1 << 30, 2 << 30, 3 << 30].map(direction), [(0, -ONE), (ONE, 0), (0, ONE), (-ONE, 0)]);
    }
}
