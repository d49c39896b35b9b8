//! Generators in threads. `make tsan` runs this file under ThreadSanitizer, without FFmpeg and GPU, whose code it cannot see into.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use masque::{
    AudioSpec, Backend, Dataset, Distribution, Generator, GeneratorOptions, ImageSource, ImageSpec, Sampling, Seed,
    Spec, TextSpec, WriteOptions,
};

fn fixed(value: f64) -> Distribution {
    Distribution::fixed(value)
}

/// A request of every modality that this build has.
fn all(seed: u64) -> Spec {
    let mut spec = Spec::default();
    (spec.seed, spec.records) = (Seed(seed), 40);
    spec.text = Some(TextSpec::new(Distribution::normal(60.0, 20.0).between(10.0, 200.0)));
    let mut image = ImageSpec::new(Distribution::uniform(20.0, 60.0), fixed(30.0));
    if seed.is_multiple_of(2) {
        image.source = ImageSource::Set { name: "assets".into(), sampling: Sampling::ShuffleCycle };
    }
    spec.image = Some(image);
    spec.audio = Some(AudioSpec::new(fixed(0.1)));
    (spec.reuse.rate, spec.reuse.pool) = (0.3, 3);
    #[cfg(feature = "video")]
    {
        let mut video = masque::VideoSpec::new(fixed(64.0), fixed(48.0));
        video.frames = Some(3);
        spec.video = Some(video);
    }
    spec
}

fn open(seed: u64) -> Generator {
    let mut options = GeneratorOptions::default();
    (options.backend, options.jobs) = (Backend::Cpu, Some(3));
    Generator::with(all(seed), &options).unwrap()
}

/// The digests of the items of the first records.
fn digests(generator: &Generator, count: usize) -> Vec<String> {
    let mut digests = Vec::new();
    for record in generator.records(0..1000).unwrap().take(count) {
        for turn in record.unwrap().turns {
            let items = turn.images.iter().chain(&turn.audios).chain(&turn.videos);
            digests.extend(items.map(|item| item.payload.sha256.clone()));
        }
    }
    digests
}

/// Threads of this process that a generator has started, by name.
fn threads() -> BTreeSet<String> {
    let tasks = fs::read_dir("/proc/self/task").unwrap().filter_map(|task| {
        fs::read_to_string(task.unwrap().path().join("comm")).ok() // it may have ended
    });
    tasks.filter(|name| name.starts_with("worker") || name.starts_with("records")).collect()
}

/// Two generators at one time, dropped in mid-run, and two datasets: no deadlock, no thread left, the same bytes as alone.
#[test]
fn generators_share_a_process() {
    let (one, two) = (open(1), open(2));
    let (first, second) = thread::scope(|scope| {
        let (first, second) = (scope.spawn(|| digests(&one, 7)), scope.spawn(|| digests(&two, 11)));
        (first.join().unwrap(), second.join().unwrap())
    });
    drop(one);
    assert_eq!(first, digests(&open(1), 7));
    assert_eq!(second, digests(&two, 11));
    drop(two.records(0..1000).unwrap()); // before it has made anything
    let folder = tempfile::tempdir().unwrap();
    thread::scope(|scope| {
        for (name, seed) in [("one", 1), ("two", 2)] {
            let path = folder.path().join(name);
            scope.spawn(move || Dataset::write(&open(seed), path, &WriteOptions::default(), &mut ()).unwrap());
        }
    });
    let began = Instant::now();
    while !threads().is_empty() && began.elapsed() < Duration::from_secs(60) {
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(threads(), BTreeSet::new());
}

/// Shows that the sanitizer sees: `make tsan` expects it to complain of this.
#[test]
#[ignore = "a race on purpose"]
#[expect(unsafe_code, reason = "safe code has no races")]
fn a_race_is_found() {
    static mut SHARED: u64 = 0;
    // SAFETY: none; nobody but the sanitizer runs it.
    let add = || unsafe { SHARED += 1 };
    thread::scope(|scope| [scope.spawn(add), scope.spawn(add)].map(|one| one.join().unwrap()));
}
