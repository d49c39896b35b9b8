//! Numbers of bytes as people read them.

use std::fmt;

/// So many bytes, such as `512 B` or `23.09 GiB`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bytes(pub(crate) u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        if self.0 < 1024 {
            return write!(f, "{} B", self.0);
        }
        let unit = (self.0.ilog2() / 10) as usize;
        write!(f, "{:.2} {}", self.0 as f64 / 1024_f64.powi(unit as i32), UNITS[unit - 1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_binary() {
        let rows =
            [(0, "0 B"), (1023, "1023 B"), (1024, "1.00 KiB"), (1536 << 20, "1.50 GiB"), (u64::MAX, "16.00 EiB")];
        rows.iter().for_each(|(bytes, text)| assert_eq!(Bytes(*bytes).to_string(), *text));
    }
}
