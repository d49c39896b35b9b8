//! Cost of a 10 s WAV, everything included: samples, encoding, digest, base64; on one core, beside the least that any maker must
//! pay: its random words, and the digest and the base64 text of its bytes.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use masque::content::audio::Samples;
use masque::encode::AudioShape;
use masque::io::payload::{BufferPool, FileName, Store};
use masque::seed::Noise;
use masque::spec::AudioFormat;
use rand::{Rng, SeedableRng};

const SECONDS: u64 = 10;

fn main() {
    println!("{:22} {:>8} {:>10} {:>10} {:>8}", "", "ms each", "x realtime", "limit ms", "ratio");
    for channels in [1, 2] {
        for rate in [16_000, 48_000] {
            for bits in [8, 16, 24, 32] {
                let (made, limit) = measure(rate, bits, channels);
                let name = format!("{rate} Hz {bits} bits x {channels}");
                let realtime = SECONDS as f64 * 1000.0 / made;
                println!("{name:22} {made:>8.3} {realtime:>10.0} {limit:>10.3} {:>8.2}", made / limit);
            }
        }
    }
}

fn measure(rate: u32, bits: u16, channels: u16) -> (f64, f64) {
    let store = Store::Inline(Arc::new(BufferPool::default()));
    let file = FileName { path: "bench".into(), shared: false };
    let frames = SECONDS * u64::from(rate);
    let shape = AudioShape { sample_rate: rate, channels, bit_depth: bits };
    let lay_down = |bytes: &[u8]| {
        let mut out = store.open(&file).unwrap();
        out.reserve(bytes.len() as u64).unwrap();
        out.put(bytes).unwrap();
        out.finish().unwrap();
    };
    let noise = |stream| Noise { key: [1; 32], stream };
    let made = each(|number| {
        let mut samples = Samples::new(noise(number));
        let fill = Box::new(move |block: &mut [i32]| {
            samples.fill(block);
            Ok(())
        });
        AudioFormat::Wav.codec().encode(shape, frames, fill, &store, &file).unwrap();
    });
    let samples = (frames * u64::from(channels)) as usize;
    let mut words = vec![0; samples * 4];
    let limit = each(|number| {
        let mut rng = masque::seed::Stream::from_seed(noise(number).key);
        rng.set_stream(number);
        rng.fill_bytes(&mut words);
        lay_down(&words[..samples * usize::from(bits / 8)]);
    });
    (made, limit)
}

/// Milliseconds that each call takes.
fn each(mut make: impl FnMut(u64)) -> f64 {
    make(0);
    let (mut count, started) = (0, Instant::now());
    while started.elapsed() < Duration::from_millis(700) {
        count += 1;
        make(count);
    }
    started.elapsed().as_secs_f64() * 1000.0 / count as f64
}
