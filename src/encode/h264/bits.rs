//! Bits into bytes: fixed and Exp-Golomb codes (Rec. ITU-T H.264, 9.1), and the packing of a NAL unit (7.3.1). Knows nothing of
//! what the codes mean.

/// What takes codes: a writer, or a counter of their lengths.
pub(super) trait Bits {
    /// Adds the low `count` bits of `value`, 0..=32, whose other bits are 0.
    fn put(&mut self, value: u32, count: u32);

    /// ue(v): an unsigned number below 2^31.
    #[inline]
    fn ue(&mut self, value: u32) {
        let length = (value + 1).ilog2();
        if length < 16 {
            self.put(value + 1, 2 * length + 1);
        } else {
            self.put(0, length);
            self.put(value + 1, length + 1);
        }
    }

    /// se(v): a signed number of a magnitude below 2^30.
    #[inline]
    fn se(&mut self, value: i32) {
        self.ue(signed(value));
    }
}

/// The number that stands for a signed one: 1, 2, 3, 4 for 1, -1, 2, -2.
fn signed(value: i32) -> u32 {
    if value > 0 { 2 * value as u32 - 1 } else { 2 * value.unsigned_abs() }
}

/// Bits that se(v) takes.
pub(super) fn se_bits(value: i32) -> u32 {
    2 * (signed(value) + 1).ilog2() + 1
}

/// Counts bits.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct BitCounter(pub(super) u32);

impl Bits for BitCounter {
    #[inline]
    fn put(&mut self, _value: u32, count: u32) {
        self.0 += count;
    }
}

/// Writes bits, the highest of a byte first.
#[derive(Debug, Default)]
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    /// Bits that do not yet make up four bytes, in the low `count`.
    held: u64,
    /// 0..32.
    count: u32,
}

impl Bits for BitWriter {
    #[inline]
    fn put(&mut self, value: u32, count: u32) {
        debug_assert!(count <= 32 && u64::from(value) >> count == 0);
        self.held = self.held << count | u64::from(value);
        self.count += count;
        if self.count >= 32 {
            self.count -= 32;
            self.bytes.extend_from_slice(&((self.held >> self.count) as u32).to_be_bytes());
        }
    }
}

impl BitWriter {
    /// Drops what was written.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        (self.held, self.count) = (0, 0);
    }

    /// Ends with the stop bit and the zeros up to the next byte (7.3.2.11), and gives the bytes out; nothing may follow.
    pub(super) fn finish(&mut self) -> &[u8] {
        self.put(1, 1);
        let missing = self.count.wrapping_neg() % 8;
        self.put(0, missing);
        let whole = self.count / 8;
        let held = ((self.held << (32 - self.count)) as u32).to_be_bytes();
        self.bytes.extend_from_slice(&held[..whole as usize]);
        self.count = 0;
        &self.bytes
    }
}

/// Adds a NAL unit: its length in 4 bytes, its header, and the payload with a 3 wherever two zeros are followed by 0 to 3.
pub(super) fn nal(header: u8, payload: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(&[0, 0, 0, 0, header]);
    let (mut zeros, mut done) = (0, 0);
    for (place, byte) in payload.iter().enumerate() {
        if zeros >= 2 && *byte <= 3 {
            out.extend_from_slice(&payload[done..place]);
            out.push(3);
            (zeros, done) = (0, place);
        }
        zeros = if *byte == 0 { zeros + 1 } else { 0 };
    }
    out.extend_from_slice(&payload[done..]);
    let length = (out.len() - start - 4) as u32;
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn codes_match_naive(codes in prop::collection::vec((any::<u32>(), 0_u32..=32, 0..3_u8), 0..80)) {
            let (mut writer, mut counter, mut naive) = (BitWriter::default(), BitCounter::default(), String::new());
            for (value, count, kind) in codes {
                let fixed = if count == 32 { value } else { value & ((1 << count) - 1) };
                match kind {
                    0 => {
                        writer.put(fixed, count);
                        counter.put(fixed, count);
                        (0..count).rev().for_each(|bit| naive.push(if fixed >> bit & 1 == 1 { '1' } else { '0' }));
                    }
                    1 => {
                        let value = value >> 1;
                        writer.ue(value);
                        counter.ue(value);
                        naive += &exp_golomb(u64::from(value));
                    }
                    _ => {
                        let value = value as i32 >> 2;
                        writer.se(value);
                        counter.se(value);
                        let mapped = if value > 0 { 2 * i64::from(value) - 1 } else { -2 * i64::from(value) };
                        naive += &exp_golomb(mapped as u64);
                        prop_assert_eq!(se_bits(value), exp_golomb(mapped as u64).len() as u32);
                    }
                }
            }
            prop_assert_eq!(counter.0, naive.len() as u32);
            naive.push('1');
            naive.extend(std::iter::repeat_n('0', naive.len().wrapping_neg() % 8));
            let bytes: Vec<u8> =
                naive.as_bytes().chunks(8).map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | (bit - b'0'))).collect();
            prop_assert_eq!(writer.finish(), &bytes[..]);
        }

        #[test]
        fn a_payload_holds_no_start_code_and_comes_back(payload in prop::collection::vec(0..5_u8, 0..200)) {
            let mut unit = Vec::new();
            nal(0x65, &payload, &mut unit);
            prop_assert_eq!(u32::from_be_bytes(unit[..4].try_into().unwrap()) as usize, unit.len() - 4);
            let body = &unit[5..];
            prop_assert!(body.windows(3).all(|three| three[..2] != [0, 0] || three[2] > 2));
            let (mut back, mut zeros) = (Vec::new(), 0);
            for byte in body {
                if zeros >= 2 && *byte == 3 {
                    zeros = 0;
                } else {
                    zeros = if *byte == 0 { zeros + 1 } else { 0 };
                    back.push(*byte);
                }
            }
            prop_assert_eq!(back, payload);
        }
    }

    fn exp_golomb(value: u64) -> String {
        let digits = format!("{:b}", value + 1);
        "0".repeat(digits.len() - 1) + &digits
    }
}
