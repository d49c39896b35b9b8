//! Any codes, written, packed as a NAL unit, and read back by a reader that shares no code with the writer.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;

// A room of its own in the crate, which nobody outside can ask: taken by its file.
#[allow(dead_code, missing_docs)]
#[path = "../../src/encode/h264/bits.rs"]
mod bits;

use bits::{BitCounter, BitWriter, Bits, nal, se_bits};

/// One code.
#[derive(Debug, Clone, Copy, Arbitrary)]
enum Code {
    /// The low bits of a number, as many as the second says modulo 33.
    Fixed(u32, u8),
    Unsigned(u32),
    Signed(i32),
}

impl Code {
    /// Within what its kind can say.
    fn settled(self) -> Self {
        match self {
            Self::Fixed(value, count) => {
                let count = count % 33;
                Self::Fixed((u64::from(value) & ((1_u64 << count) - 1)) as u32, count)
            }
            Self::Unsigned(value) => Self::Unsigned(value >> 1),
            Self::Signed(value) => Self::Signed(value >> 2),
        }
    }

    fn write(self, out: &mut impl Bits) {
        match self {
            Self::Fixed(value, count) => out.put(value, count.into()),
            Self::Unsigned(value) => out.ue(value),
            Self::Signed(value) => out.se(value),
        }
    }
}

/// Reads bits, the highest of a byte first.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn bits(&mut self, count: u32) -> u64 {
        (0..count).fold(0, |value, _| {
            let bit = self.bytes[self.at / 8] >> (7 - self.at % 8) & 1;
            self.at += 1;
            value << 1 | u64::from(bit)
        })
    }

    fn unsigned(&mut self) -> u64 {
        let mut zeros = 0;
        while self.bits(1) == 0 {
            zeros += 1;
        }
        (1 << zeros) - 1 + self.bits(zeros)
    }

    fn signed(&mut self) -> i64 {
        let number = self.unsigned() as i64;
        if number % 2 == 1 { (number + 1) / 2 } else { -number / 2 }
    }
}

/// The payload of a NAL unit, without the bytes that keep start codes away; none where there is a start code.
fn unpacked(unit: &[u8]) -> Option<Vec<u8>> {
    let (mut payload, mut zeros) = (Vec::new(), 0);
    for byte in unit {
        match (zeros, *byte) {
            (2, 3) => {
                zeros = 0;
                continue;
            }
            (2, 0..3) => return None,
            (_, 0) => zeros += 1,
            _ => zeros = 0,
        }
        payload.push(*byte);
    }
    Some(payload)
}

fuzz_target!(|codes: Vec<Code>| {
    let codes: Vec<_> = codes.into_iter().map(Code::settled).collect();
    let (mut writer, mut counter) = (BitWriter::default(), BitCounter::default());
    codes.iter().for_each(|code| code.write(&mut writer));
    codes.iter().for_each(|code| code.write(&mut counter));
    let payload = writer.finish().to_vec();
    assert_eq!(payload.len(), (counter.0 as usize + 1).div_ceil(8));

    let mut unit = vec![7; 3];
    nal(0x65, &payload, &mut unit);
    assert_eq!(unit[..3], [7; 3]);
    assert_eq!(u32::from_be_bytes([unit[3], unit[4], unit[5], unit[6]]) as usize, unit.len() - 7);
    assert_eq!(unit[7], 0x65);
    let bytes = unpacked(&unit[8..]).expect("no start code within a unit");
    assert_eq!(bytes, payload);

    let mut reader = Reader { bytes: &bytes, at: 0 };
    for code in codes {
        let from = reader.at;
        match code {
            Code::Fixed(value, count) => assert_eq!(reader.bits(count.into()), value.into()),
            Code::Unsigned(value) => assert_eq!(reader.unsigned(), value.into()),
            Code::Signed(value) => {
                assert_eq!(reader.signed(), value.into());
                assert_eq!(reader.at - from, se_bits(value) as usize);
            }
        }
    }
    assert_eq!(reader.at, counter.0 as usize);
    assert_eq!(reader.bits(1), 1);
    assert!((reader.at..8 * bytes.len()).all(|_| reader.bits(1) == 0));
});
