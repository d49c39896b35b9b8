//! Images through the built binary: every format in another program's eyes, sizes as they were asked for, sources in their
//! order, reuse, and bad input.
#![allow(clippy::unwrap_used)]

mod binary;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use base64::Engine;
use image::{DynamicImage, ImageFormat as FileFormat, RgbImage};
use masque::encode::IMAGE_CODECS;
use serde_json::Value;
use sha2::{Digest, Sha256};

use binary::{lines, masque, pillow, refused, run};

const SMALL: &str = "--isl 0 --image-width-mean 24 --image-height-mean 16";

fn generate(to: &Path, request: &str) {
    run(&format!("generate --output {} --quiet --overwrite --random-seed 11 {request}", to.display()));
}

/// The images of a dataset, as its records tell.
fn images(folder: &Path) -> Vec<Value> {
    let records = lines(&folder.join("records.jsonl"));
    let turns = records.iter().flat_map(|record| record["turns"].as_array().unwrap());
    turns.flat_map(|turn| turn["images"].as_array().unwrap().clone()).collect()
}

fn sources(folder: &Path) -> Vec<String> {
    images(folder).iter().map(|image| image["source"].as_str().unwrap().to_owned()).collect()
}

fn golden(bytes: &[u8]) -> String {
    Sha256::digest(bytes)[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Compares every image, read whole, with its facts: format, mode and size.
const AS_RECORDED: &str = r#"
for item in items:
    image = opened(item)
    found = (image.format.lower(), image.mode, image.size)
    assert found == (item["format"], "RGB", (item["width"], item["height"])), (found, item)
print(len(items))
"#;

#[test]
fn every_format_decodes_in_pillow_to_its_exact_size() {
    let folder = tempfile::tempdir().unwrap();
    let levels = ["none", "fast", "best"].map(|level| format!("png --image-png-compression {level}"));
    for format in IMAGE_CODECS.iter().map(|row| row.name.to_owned()).chain(levels).chain(["random".to_owned()]) {
        for source in ["noise", "assets"] {
            for (width, height) in [(1, 1), (3, 2), (301, 77), (16, 700)] {
                let size = format!("--image-width-mean {width} --image-height-mean {height}");
                // AIPerf reads no WebP from files.
                let media = if format == "webp" || format == "random" { "inline" } else { "files" };
                let request = format!("{size} --image-format {format} --image-source {source} --media {media}");
                generate(folder.path(), &format!("-n 3 --isl 0 {request}"));
                assert_eq!(pillow(folder.path(), AS_RECORDED), "3\n", "{request}");
                assert!(images(folder.path()).iter().all(|image| image["width"] == width && image["height"] == height));
            }
        }
    }
}

#[test]
fn formats_that_are_repeated_are_drawn_from() {
    let folder = tempfile::tempdir().unwrap();
    for flags in ["--image-format png --image-format webp", "--image-format png,webp"] {
        generate(folder.path(), &format!("{SMALL} -n 60 {flags}"));
        let formats: BTreeSet<_> = images(folder.path()).iter().map(|image| image["format"].to_string()).collect();
        assert_eq!(formats, ["\"png\"", "\"webp\""].map(str::to_owned).into(), "{flags}");
    }
}

#[test]
fn random_draws_every_format() {
    let folder = tempfile::tempdir().unwrap();
    generate(folder.path(), &format!("{SMALL} -n 300 --image-format random"));
    let mut counts = BTreeMap::new();
    images(folder.path()).iter().for_each(|image| *counts.entry(image["format"].to_string()).or_insert(0) += 1);
    assert_eq!(counts.len(), IMAGE_CODECS.len());
    assert!(counts.values().all(|count| (60..140).contains(count)), "{counts:?}");
}

/// The one image of a dataset, its file's bytes and its pixels.
fn only(request: &str) -> (Vec<u8>, RgbImage) {
    let folder = tempfile::tempdir().unwrap();
    generate(folder.path(), &format!("{request} --isl 0 -n 1"));
    let line = &lines(&folder.path().join("single_turn.jsonl"))[0];
    let (_, text) = line["images"][0].as_str().unwrap().split_once(";base64,").unwrap();
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
    let pixels = image::load_from_memory(&bytes).unwrap().into_rgb8();
    (bytes, pixels)
}

#[test]
fn levels_change_the_file_but_no_pixel_and_quality_changes_both() {
    let size = "--image-width-mean 301 --image-height-mean 200";
    for source in ["noise", "assets"] {
        let request = format!("{size} --image-source {source} --image-png-compression");
        let [none, fast, best] = ["none", "fast", "best"].map(|level| only(&format!("{request} {level}")));
        assert!(none.1 == fast.1 && fast.1 == best.1, "{source}");
        let usual = only(&format!("{size} --image-source {source}")).0;
        assert!(usual == if source == "noise" { none.0.clone() } else { fast.0.clone() }, "{source}");
        if source == "assets" {
            assert!(best.0.len() < fast.0.len() && fast.0.len() < none.0.len());
        }
        for format in ["jpeg", "webp"] {
            let request = format!("{size} --image-source {source} --image-format {format} --image-quality");
            let bytes = [5, 50, 85, 100].map(|quality| only(&format!("{request} {quality}")).0.len());
            assert!(bytes.is_sorted_by(|a, b| a < b), "{format} {source}: {bytes:?}");
        }
    }
}

/// Lossy images are near to what they show: a mean error of a few levels at quality 95.
#[test]
fn lossy_images_are_near_to_the_lossless_one() {
    let request =
        "--image-width-mean 320 --image-height-mean 240 --image-source assets --image-source-sampling sequential-cycle";
    let truth = only(request).1;
    for format in ["jpeg", "webp"] {
        let lossy = only(&format!("{request} --image-quality 95 --image-format {format}")).1;
        let error: u64 = truth.as_raw().iter().zip(lossy.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        assert!(error < 4 * truth.as_raw().len() as u64, "{format}: {error}");
    }
}

/// Pearson's statistic of 256 equal cells: mean 255, deviation 22.6.
#[test]
fn noise_is_uniform() {
    let pixels = only("--image-width-mean 1000 --image-height-mean 1000").1;
    let mut counts = [0_u32; 256];
    pixels.as_raw().iter().for_each(|byte| counts[usize::from(*byte)] += 1);
    let expected = 3e6 / 256.0;
    let statistic: f64 = counts.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
    assert!((155.0..355.0).contains(&statistic), "{statistic}");
}

/// The share of a standard Gaussian below `z`: Abramowitz and Stegun, 26.2.17.
fn below(z: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * z.abs());
    let weights = [1.330_274_429, -1.821_255_978, 1.781_477_937, -0.356_563_782, 0.319_381_530];
    let poly = weights.iter().fold(0.0, |sum, weight| (sum + weight) * t);
    let tail = (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt() * poly;
    if z < 0.0 { tail } else { 1.0 - tail }
}

/// Kolmogorov and Smirnov at 1 %, against the rounded Gaussian that is cut at its bounds.
#[test]
fn sides_follow_their_distributions() {
    let folder = tempfile::tempdir().unwrap();
    let request = "-n 3000 --isl 0 --image-width-mean 40 --image-width-stddev 12 --image-width-min 20 --image-width-max 55 --image-height-mean 20 --image-height-stddev 5";
    generate(folder.path(), request);
    let images = images(folder.path());
    for (side, mean, stddev, min, max) in [("width", 40.0, 12.0, 20, 55), ("height", 20.0, 5.0, 1, 1000)] {
        let values: Vec<i64> = images.iter().map(|image| image[side].as_i64().unwrap()).collect();
        let edge = |value: i64| below((value as f64 + 0.5 - mean) / stddev);
        let mut worst = 0.0_f64;
        for value in min..=max.min(200) {
            let expected = (edge(value) - edge(min - 1)) / (edge(max) - edge(min - 1));
            let found = values.iter().filter(|v| **v <= value).count() as f64 / values.len() as f64;
            worst = worst.max((found - expected).abs());
        }
        assert!(values.iter().all(|value| (min..=max).contains(value)), "{side}");
        assert!(worst < 1.63 / (values.len() as f64).sqrt(), "{side}: {worst}");
    }
}

#[test]
fn counts_are_what_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let counts = |flag: &str| {
        generate(folder.path(), &format!("{SMALL} -n 300 {flag}"));
        let mut counts = BTreeMap::new();
        for record in lines(&folder.path().join("records.jsonl")) {
            *counts.entry(record["turns"][0]["images"].as_array().unwrap().len()).or_insert(0) += 1;
        }
        counts
    };
    assert_eq!(counts("--image-batch-size 2"), BTreeMap::from([(2, 300)]));
    let drawn = counts("--image-count-max 3");
    assert!(drawn.keys().eq(&[1, 2, 3]) && drawn.values().all(|count| (70..130).contains(count)), "{drawn:?}");
}

#[test]
fn sources_come_in_their_order_however_many_a_record_holds() {
    let folder = tempfile::tempdir().unwrap();
    let shape = "--conversation-turn-mean 2 --conversation-turn-stddev 1 --image-count-max 3";
    let draw = |sampling: &str, more: &str| {
        let request = format!("{SMALL} --image-source assets --image-source-sampling {sampling} {more}");
        generate(folder.path(), &request);
        sources(folder.path())
    };
    for more in [format!("-n 300 {shape}"), "-n 300 --image-batch-size 3".to_owned()] {
        let sequence = draw("sequential-cycle", &more);
        let names = ["astronaut", "chelsea", "coffee", "rocket"];
        assert!(sequence.iter().zip(names.iter().cycle()).all(|(found, name)| found == name));
        let shuffled = draw("shuffle-cycle", &more);
        let cycles: BTreeSet<_> = shuffled.chunks_exact(4).collect();
        for cycle in &cycles {
            assert_eq!(cycle.iter().collect::<BTreeSet<_>>().len(), 4, "{cycle:?}");
        }
        assert!(cycles.len() > 15, "of 24 orders, {} were seen", cycles.len());
        assert!(shuffled.starts_with(&draw("shuffle-cycle", &more.replace("300", "7"))));
    }
    let drawn = draw("random-with-replacement", "-n 800");
    let mut counts = HashMap::new();
    drawn.iter().for_each(|name| *counts.entry(name).or_insert(0) += 1);
    assert!(counts.len() == 4 && counts.values().all(|count| (140..260).contains(count)), "{counts:?}");
}

/// An image with something to see, different for each `shade`.
fn image(shade: u8) -> RgbImage {
    RgbImage::from_fn(60, 40, |x, y| image::Rgb([x as u8 * 4, y as u8 * 6, shade]))
}

/// A PNG whose header claims other sides than its pixels have.
fn liar(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image(9).write_to(&mut bytes, FileFormat::Png).unwrap();
    let mut bytes = bytes.into_inner();
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let crc = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&crc.to_be_bytes());
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}

#[test]
fn a_folder_gives_every_readable_image_and_names_what_it_skips() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("from"), folder.path().join("to"));
    fs::create_dir_all(from.join("inner")).unwrap();
    let formats = ["bmp", "gif", "jpg", "png", "tiff", "webp"];
    for (shade, extension) in formats.iter().enumerate() {
        image(40 * shade as u8).save(from.join(format!("a.{extension}"))).unwrap();
    }
    DynamicImage::from(image(3)).into_luma16().save(from.join("b_grey16.png")).unwrap();
    DynamicImage::from(image(4)).into_rgba8().save(from.join("b_clear.png")).unwrap();
    image(5).save(from.join("inner/deeper.png")).unwrap();
    fs::write(from.join("notes.txt"), "no image").unwrap();
    fs::write(from.join("bomb.png"), liar(100_000, 100_000)).unwrap();
    let whole = fs::read(from.join("a.jpg")).unwrap();
    fs::write(from.join("c_cut.jpg"), &whole[..whole.len() - 200]).unwrap();
    fs::write(from.join("d_liar.png"), liar(70, 400)).unwrap();

    let request = format!("{SMALL} -n 20 --image-source {} --image-source-sampling sequential-cycle", from.display());
    let output = masque(&format!("generate --output {} --random-seed 1 {request}", to.display()));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("10 images; 2 other files are skipped (bomb.png: 100000x100000"), "{said}");
    for broken in ["c_cut.jpg", "d_liar.png"] {
        assert_eq!(said.lines().filter(|line| line.contains(broken)).count(), 1, "{broken}: {said}");
    }
    let cycle =
        ["a.bmp", "a.gif", "a.jpg", "a.png", "a.tiff", "a.webp", "b_clear.png", "b_grey16.png", "a.bmp", "a.bmp"];
    assert_eq!(sources(&to), [cycle, cycle].concat());

    // Whoever comes first to a broken image, and however many come at once, the same one stands in.
    let reference = fs::read(to.join("single_turn.jsonl")).unwrap();
    for jobs in [1, 7] {
        let output =
            masque(&format!("generate --output {} --random-seed 1 {request} -j {jobs} --overwrite", to.display()));
        assert!(output.status.success() && fs::read(to.join("single_turn.jsonl")).unwrap() == reference, "{jobs}");
    }
}

#[test]
fn bad_input_is_refused_in_one_line_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    for name in ["empty", "broken", "liars"] {
        fs::create_dir(at(name)).unwrap();
    }
    fs::write(at("broken/a.png"), "\u{89}PNG no").unwrap();
    fs::write(at("broken/b.jpg"), [0xff, 0xd8, 0xff, 0xe0]).unwrap();
    fs::write(at("liars/a.png"), liar(70, 400)).unwrap();
    fs::write(at("liars/b.png"), liar(0, 40)).unwrap();
    fs::write(at("file.png"), liar(60, 40)).unwrap();
    let source = |name: &str| format!("{SMALL} --image-source {}", at(name));
    let sides =
        |width: &str, format: &str| format!("--image-width-mean {width} --image-height-mean 5 --image-format {format}");
    let rows = [
        (source("missing"), "--image-source: cannot read the folder"),
        (source("file.png"), "--image-source: cannot read the folder"),
        (source("empty"), "is empty; name a folder of PNG"),
        (source("broken"), "holds 2 files but no readable image (a.png"),
        (source("liars"), "none of its images can be decoded (a.png"),
        (sides("0", "png"), "--image-width-mean: it is 0"),
        (sides("0.2", "png"), "--image-width-mean: 0.2; give 0, or 1 to 65535"),
        (sides("65536", "png"), "--image-width-mean: 65536; give 0, or 1 to 65535"),
        (sides("65501", "jpeg"), "--image-width-mean: 65501; give 1 to 65500"),
        (sides("16384", "webp"), "--image-width-mean: 16384; WebP holds no longer side: give 1 to 16383"),
        (sides("16384", "random"), "--image-width-mean: 16384; WebP holds no longer side: give 1 to 16383"),
        (
            format!("{} --image-width-max 20000", sides("50", "webp")),
            "--image-width-max: 20000; WebP holds no longer side: give 1 to 16383",
        ),
        (format!("{SMALL} --image-fit cover"), "--image-fit: noise is drawn at its size; drop it"),
        (format!("{SMALL} --image-chroma 420"), "--image-chroma: no image is a JPEG; drop it"),
        (
            format!("{SMALL} --media files --image-format webp"),
            "single_turn takes no webp from files; give png or jpeg, or --media inline",
        ),
        (
            format!("{SMALL} --media files --image-format random"),
            "--image-format: single_turn takes no webp from files",
        ),
        (format!("{SMALL} --image-quality 0"), "--image-quality"),
        (format!("{SMALL} --image-quality 101"), "--image-quality"),
        (format!("{SMALL} --image-batch-size 0"), "--image-batch-size"),
        (format!("{SMALL} --image-count-max 0"), "--image-count-max"),
        (format!("{SMALL} --media-reuse-rate -0.1"), "--media-reuse-rate: -0.1; give 0 to 1"),
        (format!("{SMALL} --media-reuse-rate 1.01"), "--media-reuse-rate: 1.01"),
        (format!("{SMALL} --media-reuse-rate NaN"), "--media-reuse-rate: NaN"),
        (format!("{SMALL} --media-reuse-rate 0.5 --media-pool-size 0"), "--media-pool-size: 0"),
    ];
    for (flags, words) in rows {
        refused(&flags, words);
    }
}

/// The longest sides that JPEG and WebP hold do work.
#[test]
fn the_longest_sides_are_taken() {
    for row in &IMAGE_CODECS {
        let side = row.longest;
        let (_, pixels) = only(&format!("--image-width-mean {side} --image-height-mean 1 --image-format {}", row.name));
        assert_eq!(pixels.dimensions(), (side, 1), "{}", row.name);
    }
}

#[test]
fn reused_items_are_few_and_the_same_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    let all = "--isl 0 --image-width-mean 60 --image-width-stddev 20 --image-height-mean 40 \
        --audio-length-mean 0.05 --video-width 64 --video-height 48 --video-duration 0.5";
    for (media, formats) in [("inline", "random"), ("files", "png,jpeg")] {
        let request =
            format!("{all} --image-format {formats} --media {media} --media-reuse-rate 0.5 --media-pool-size 4");
        generate(&one, &format!("{request} -n 60 -j 1"));
        generate(&two, &format!("{request} -n 60 -j 6"));
        for file in ["single_turn.jsonl", "records.jsonl"] {
            assert!(fs::read(one.join(file)).unwrap() == fs::read(two.join(file)).unwrap(), "{media}: {file}");
        }
        for kind in ["images", "audios", "videos"] {
            let records = lines(&two.join("records.jsonl"));
            let items = records.iter().map(|record| record["turns"][0][kind][0].clone());
            let (pool, own): (Vec<_>, Vec<_>) = items.partition(|item| item["pool"].is_u64());
            assert!((15..45).contains(&pool.len()), "{kind}: {} of 60 are reused", pool.len());
            let by_place: BTreeSet<_> =
                pool.iter().map(|item| (item["pool"].to_string(), item["sha256"].to_string())).collect();
            assert_eq!(by_place.len(), 4, "{kind}");
            let digests: BTreeSet<_> = pool.iter().chain(&own).map(|item| item["sha256"].to_string()).collect();
            assert_eq!(digests.len(), 4 + own.len(), "{kind}");
            for item in pool.iter().chain(&own).filter(|_| media == "files") {
                let bytes = fs::read(two.join(item["file"].as_str().unwrap())).unwrap();
                assert_eq!(item["sha256"].as_str().unwrap()[..16], golden(&bytes), "{item}");
                assert_eq!(item["file"].as_str().unwrap().starts_with("media/pool/"), item["pool"].is_u64());
            }
        }
    }
    let pool = fs::read_dir(two.join("media/pool")).unwrap().count();
    assert_eq!(pool, 3 * 4, "each is one file");
}

/// The file of stored noise, and the pixels of the bundled images, resized.
#[test]
fn value_stability() {
    let size = "--image-width-mean 31 --image-height-mean 17";
    let folder = tempfile::tempdir().unwrap();
    generate(
        folder.path(),
        &format!("{size} --isl 0 -n 4 --media files --image-source assets --image-source-sampling sequential-cycle"),
    );
    let pixels = |image: &Value| {
        let bytes = fs::read(folder.path().join(image["file"].as_str().unwrap())).unwrap();
        golden(image::load_from_memory(&bytes).unwrap().into_rgb8().as_raw())
    };
    let found: Vec<_> = images(folder.path()).iter().map(pixels).chain([golden(&only(size).0)]).collect();
    let expected = ["cd9b0b551fae1b79", "fb9c22c02c75d9ba", "776d0dac654335f3", "9c786f7668257950", "4c5ec41a1afa273b"];
    assert_eq!(found, expected, "astronaut, chelsea, coffee, rocket, noise");
}
