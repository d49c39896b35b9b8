//! The library as another program uses it: by its face alone.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod binary;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::Command;
use std::task::Poll;
use std::time::Duration;
use std::{fs, thread};

use base64::Engine;
use masque::{
    AudioSpec, Dataset, Distribution, Error, Generator, ImageSource, ImageSpec, Lengths, Modality, Progress, Sampling,
    Seed, Shape, Spec, TextSpec, Totals, VideoSpec, WriteOptions,
};
use sha2::{Digest, Sha256};

use binary::{lines, run};

fn fixed(value: f64) -> Distribution {
    Distribution::fixed(value)
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A request of every modality.
fn all(seed: u64) -> Spec {
    let mut spec = Spec::default();
    (spec.seed, spec.records) = (Seed(seed), 40);
    spec.text = Some(TextSpec::new(Distribution::normal(60.0, 20.0).between(10.0, 200.0)));
    spec.image = Some(ImageSpec::new(Distribution::uniform(20.0, 60.0), fixed(30.0)));
    spec.audio = Some(AudioSpec::new(fixed(0.1)));
    let mut video = VideoSpec::new(fixed(64.0), fixed(48.0));
    video.frames = Some(3);
    spec.video = Some(video);
    spec
}

/// Serves one request a connection; what each said, in JSON.
fn endpoint(requests: usize) -> (String, thread::JoinHandle<Vec<serde_json::Value>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let serve = move || (0..requests).map(|_| answer(listener.accept().unwrap().0)).collect();
    (address, thread::spawn(serve))
}

fn answer(mut connection: TcpStream) -> serde_json::Value {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        connection.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    connection.read_exact(&mut body).unwrap();
    connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}").unwrap();
    serde_json::from_slice(&body).unwrap()
}

#[test]
fn the_example_sends_what_the_program_writes() {
    let built = std::env::current_exe().unwrap();
    let example: PathBuf = built.parent().unwrap().parent().unwrap().join("examples/in_process");
    let (address, served) = endpoint(100);
    let ended = Command::new(&example).arg(address).status();
    let ended = ended.unwrap_or_else(|why| panic!("{}: {why}; `cargo build --examples` makes it", example.display()));
    assert!(ended.success());
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().display();
    run(&format!(
        "generate -o {to}/d -q -n 100 --random-seed 42 --isl 128 --image-width-mean 256 --image-width-stddev 64 --image-width-min 64 --image-width-max 512 --image-height-mean 192"
    ));
    let (records, written) =
        (lines(&folder.path().join("d/records.jsonl")), lines(&folder.path().join("d/single_turn.jsonl")));
    for ((sent, record), line) in served.join().unwrap().iter().zip(&records).zip(&written) {
        let content = &sent["messages"][0]["content"];
        assert_eq!(content[0]["text"], line["texts"][0]);
        let url = content[1]["image_url"]["url"].as_str().unwrap();
        let bytes = base64::engine::general_purpose::STANDARD.decode(url.split_once(";base64,").unwrap().1).unwrap();
        assert_eq!(hex(&bytes), record["turns"][0]["images"][0]["sha256"].as_str().unwrap());
    }
}

#[test]
fn a_dataset_in_process_is_that_of_the_program_and_its_request_reads_back() {
    let folder = tempfile::tempdir().unwrap();
    let generator = Generator::new(all(5)).unwrap();
    let dataset = Dataset::write(&generator, folder.path().join("one"), &WriteOptions::default(), &mut ()).unwrap();
    run(&format!(
        "generate -o {}/two -q -n 40 --random-seed 5 --isl 60 --isl-stddev 20 --isl-min 10 --isl-max 200 --image-width-distribution uniform --image-width-min 20 --image-width-max 60 --image-height-mean 30 --audio-length-mean 0.1 --video-width 64 --video-height 48 --video-frames 3",
        folder.path().display()
    ));
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(dataset.path().join("manifest.json")).unwrap()).unwrap();
    let again: Spec = serde_json::from_value(manifest["request"].clone()).unwrap();
    Dataset::write(&Generator::new(again).unwrap(), folder.path().join("three"), &WriteOptions::default(), &mut ())
        .unwrap();
    for file in ["single_turn.jsonl", "records.jsonl"] {
        let bytes = fs::read(folder.path().join("one").join(file)).unwrap();
        for other in ["two", "three"] {
            assert!(bytes == fs::read(folder.path().join(other).join(file)).unwrap(), "{other}/{file}");
        }
    }
}

/// Ends a run behind so many records.
struct Stop(u64);

impl Progress for Stop {
    fn wrote(&mut self, _record: &Totals) -> ControlFlow<()> {
        self.0 -= 1;
        if self.0 == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[test]
fn a_listener_ends_a_run_which_can_be_gone_on_with() {
    let generator = Generator::new(all(5)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (whole, mut options) = (folder.path().join("whole"), WriteOptions::default());
    Dataset::write(&generator, &whole, &options, &mut ()).unwrap();
    options.resume = true;
    for after in [3, 40] {
        let to = folder.path().join(format!("ended_behind_{after}"));
        let ended = Dataset::write(&generator, &to, &options, &mut Stop(after));
        assert!(matches!(ended, Err(Error::Interrupted { written }) if written == after), "{ended:?}");
        assert!(!to.join("manifest.json").exists());
        Dataset::write(&generator, &to, &options, &mut ()).unwrap();
        for file in ["single_turn.jsonl", "records.jsonl"] {
            assert!(fs::read(whole.join(file)).unwrap() == fs::read(to.join(file)).unwrap(), "{after}: {file}");
        }
    }
}

/// Any record and any item by itself is what it is in the whole.
#[test]
fn records_and_items_are_the_same_alone_and_in_any_order() {
    let generator = Generator::new(all(9)).unwrap();
    for (index, record) in (3..15).zip(generator.records(3..15).unwrap()) {
        let (record, alone) = (record.unwrap(), generator.clone().record(index).unwrap());
        assert_eq!((record.index, &record.turns[0].prompts), (index, &alone.turns[0].prompts));
        let turn = &record.turns[0];
        let kinds = [
            (Modality::Image, &turn.images[0]),
            (Modality::Audio, &turn.audios[0]),
            (Modality::Video, &turn.videos[0]),
        ];
        for (kind, item) in kinds {
            let mut bytes = Vec::new();
            generator.media(index, kind, 0, &mut bytes).unwrap();
            assert_eq!(hex(&bytes), item.payload.sha256, "{index} {kind:?}");
        }
    }
    let refused = generator.media(0, Modality::Image, 1, &mut Vec::new()).unwrap_err().to_string();
    assert!(refused.starts_with("ordinal: "), "{refused}");
    assert!(matches!(generator.media(0, Modality::Image, 0, &mut Full), Err(Error::Output(_))));
}

/// A clip's frames are those that the preview draws.
#[test]
fn frames_are_what_the_preview_shows() {
    let generator = Generator::new(all(9)).unwrap();
    let frames = generator.frames(2, 0).unwrap();
    assert_eq!((frames.size().width, frames.size().height, frames.len()), (64, 48, 3));
    let folder = tempfile::tempdir().unwrap();
    for (number, frame) in frames.enumerate() {
        let png = folder.path().join("frame.png");
        run(&format!(
            "preview --output {} --random-seed 9 --record 2 --video-width 64 --video-height 48 --video-frames 3 --frame {number}",
            png.display()
        ));
        assert!(frame.unwrap() == image::open(&png).unwrap().into_rgb8().into_raw(), "{number}");
    }
    assert!(generator.frames(2, 1).is_err_and(|why| why.to_string().starts_with("ordinal: ")));
}

/// Frames in any order are those in order, and what is asked wrongly is refused.
#[test]
fn frames_are_read_in_any_order() {
    let generator = Generator::new(all(9)).unwrap();
    let whole: Vec<_> = generator.frames(2, 0).unwrap().map(Result::unwrap).collect();
    let frames = generator.frames(2, 0).unwrap();
    let mut rgb = vec![0; 64 * 48 * 3];
    for index in [2, 0, 1, 2] {
        frames.read(index, &mut rgb).unwrap();
        assert!(rgb == whole[index as usize], "{index}");
    }
    for (index, bytes) in [(3, rgb.len()), (0, 5)] {
        let said = frames.read(index, &mut vec![0; bytes]).unwrap_err().to_string();
        assert!(said.starts_with("frame: "), "{said}");
    }
}

/// An audio item's samples are those of its file, where that has 16 bits.
#[test]
fn samples_are_those_of_the_file() {
    let mut spec = all(9);
    spec.audio.as_mut().unwrap().channels = 2;
    let generator = Generator::new(spec).unwrap();
    let mut samples = generator.samples(4, 0).unwrap();
    assert_eq!((samples.sample_rate(), samples.channels(), samples.frames()), (16_000, 2, 1600));
    let mut pieces = vec![0; 3200];
    pieces.chunks_mut(700).for_each(|piece| samples.read(piece));
    let (mut file, record) = (Vec::new(), generator.record(4).unwrap());
    generator.media(4, Modality::Audio, 0, &mut file).unwrap();
    assert_eq!(file, record.turns[0].audios[0].bytes());
    let bytes: Vec<u8> = pieces.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    assert!(file.ends_with(&bytes) && file.len() == bytes.len() + 44);
    assert!(generator.samples(4, 1).is_err_and(|why| why.to_string().starts_with("ordinal: ")));
}

/// Small records are handed over in groups: all of them, in order, and a failure behind those before it.
#[test]
fn records_come_in_order_however_they_are_asked_for() {
    let mut spec = Spec::default();
    spec.text = Some(TextSpec::new(fixed(5.0)));
    let generator = Generator::new(spec).unwrap();
    let mut records = generator.records(10..500).unwrap();
    let mut seen = Vec::new();
    loop {
        match records.poll(Duration::from_millis(seen.len() as u64 % 3)) {
            Poll::Pending => {}
            Poll::Ready(Some(record)) => seen.push(record.unwrap().index),
            Poll::Ready(None) => break,
        }
        if seen.len() == 200 {
            thread::sleep(Duration::from_millis(20)); // long enough for a group to wait
            seen.push(records.next().unwrap().unwrap().index);
        }
    }
    assert_eq!(seen, (10..500).collect::<Vec<_>>());
    assert!(records.next().is_none());
    let mut early = generator.records(0..1 << 40).unwrap();
    assert_eq!(early.next().unwrap().unwrap().index, 0);
    drop(early);
}

/// The examples that make files do.
#[test]
fn the_examples_make_what_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let example = |name: &str, argument: &str| {
        let built = std::env::current_exe().unwrap();
        let example = built.parent().unwrap().parent().unwrap().join("examples").join(name);
        let output = Command::new(&example).arg(folder.path().join(argument)).output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    example("one_image", "image.png");
    let image = image::open(folder.path().join("image.png")).unwrap();
    assert!((256..=1024).contains(&image.width()) && image.height() == 768);
    assert_eq!(example("clip_frames", "").lines().count(), 25);
    example("own_format", "dictation");
    let table = fs::read_to_string(folder.path().join("dictation/index.csv")).unwrap();
    assert_eq!(table.matches(".wav,").count(), 20);
    for number in 0..20 {
        let wav = fs::read(folder.path().join(format!("dictation/{number:03}.wav"))).unwrap();
        assert!(table.contains(&hex(&wav)), "{number}");
    }
}

/// It takes nothing.
struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What code can ask for, and no command line would: each is an error that names the field.
#[test]
fn hostile_requests_name_their_field() {
    type Spoil = fn(&mut Spec);
    let rows: [(Spoil, &str); 24] = [
        (|spec| spec.records = 0, "records: "),
        (|spec| spec.records = u64::MAX, "records: "),
        (|spec| spec.conversation.turns = fixed(f64::NAN), "conversation.turns: "),
        (|spec| spec.conversation.turns = fixed(0.0), "conversation.turns: "),
        (|spec| spec.conversation.turns = fixed(1.5), "conversation.turns: "),
        (|spec| spec.reuse.rate = f64::NAN, "reuse.rate: "),
        (|spec| spec.reuse.pool = 0, "reuse.pool: "),
        (|spec| spec.text.as_mut().unwrap().tokenizer.clear(), "text.tokenizer: "),
        (|spec| spec.text.as_mut().unwrap().tokenizer = "no such".into(), "text.tokenizer: "),
        (|spec| spec.text.as_mut().unwrap().batch = 0, "text.batch: "),
        (|spec| spec.text.as_mut().unwrap().lengths = Lengths::Pairs(Vec::new()), "text.pairs: "),
        (|spec| spec.image.as_mut().unwrap().width = fixed(0.0), "image.width: "),
        (|spec| spec.image.as_mut().unwrap().width = fixed(1e9), "image.width: "),
        (|spec| spec.image.as_mut().unwrap().height = Distribution::normal(10.0, f64::INFINITY), "image.height: "),
        (
            |spec| spec.image.as_mut().unwrap().height = Distribution::uniform(5.0, 9.0).between(20.0, 10.0),
            "image.height: ",
        ),
        (|spec| spec.image.as_mut().unwrap().height = Distribution::of(Shape::Empirical(Vec::new())), "image.height: "),
        (|spec| spec.image.as_mut().unwrap().formats.clear(), "image.formats: "),
        (|spec| spec.image.as_mut().unwrap().quality = 0, "image.quality: "),
        (
            |spec| {
                let folder = ImageSource::Set { name: "/no/such/folder".into(), sampling: Sampling::SequentialCycle };
                spec.image.as_mut().unwrap().source = folder;
            },
            "image.source: ",
        ),
        (|spec| spec.audio.as_mut().unwrap().bit_depths.clear(), "audio.bit_depths: "),
        (|spec| spec.audio.as_mut().unwrap().sample_rates = vec![0], "audio.sample_rates: "),
        (|spec| spec.video.as_mut().unwrap().codec = "no\0such".into(), "video.codec: "),
        (|spec| spec.video.as_mut().unwrap().rate.den = 0, "video.rate: "),
        (|spec| spec.video.as_mut().unwrap().frames = Some(0), "video.frames: "),
    ];
    for (number, (spoil, field)) in rows.iter().enumerate() {
        let mut spec = all(1);
        spoil(&mut spec);
        let said = Generator::new(spec).unwrap_err().to_string();
        assert!(said.starts_with(field) && said.lines().count() == 1, "{number}: {said}");
    }
    let folder = tempfile::tempdir().unwrap();
    let mut spec = all(1);
    spec.formats = vec!["nonesuch".into()];
    let said = Dataset::write(&Generator::new(spec).unwrap(), folder.path(), &WriteOptions::default(), &mut ());
    assert!(said.unwrap_err().to_string().starts_with("formats: there is no format nonesuch"));
    assert!(Generator::new(Spec::default()).unwrap_err().to_string().starts_with("text: "));
}
