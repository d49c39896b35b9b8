//! What the image encoders write, through the built binary: the tables of JPEG beside Pillow's, WebP at sizes where its first
//! part is full, and memory that is refused.
#![allow(clippy::unwrap_used)]

mod binary;

use std::path::Path;
use std::process::Command;

use binary::{pillow, run};

const SMALL: &str = "--isl 0 --image-width-mean 24 --image-height-mean 16";

fn generate(to: &Path, request: &str) {
    run(&format!("generate --output {} --quiet --overwrite --random-seed 11 {request}", to.display()));
}

/// Pillow's own JPEG at this quality and subsampling has the same quantisation tables and sampling factors.
const TABLES: &str = r#"
for item in items:
    ours = opened(item)
    file = io.BytesIO()
    ours.convert("RGB").save(file, "JPEG", quality=QUALITY, subsampling=SUBSAMPLING)
    theirs = Image.open(file)
    assert ours.quantization == theirs.quantization, QUALITY
    assert ours.layer == theirs.layer, (ours.layer, theirs.layer)
"#;

/// AIPerf writes quality 85, 4:4:4.
#[test]
fn jpegs_have_the_tables_and_the_subsampling_of_pillow() {
    let folder = tempfile::tempdir().unwrap();
    let rows = [("", "0"), ("--image-chroma 444", "0"), ("--image-chroma 422", "1"), ("--image-chroma 420", "2")];
    for (chroma, subsampling) in rows {
        for (flag, quality) in [("", "85"), ("--image-quality 40", "40")] {
            for source in ["noise", "assets"] {
                let request =
                    format!("{SMALL} -n 2 --media files --image-format jpeg --image-source {source} {chroma} {flag}");
                generate(folder.path(), &request);
                pillow(folder.path(), &format!("QUALITY, SUBSAMPLING = {quality}, {subsampling}{TABLES}"));
            }
        }
    }
}

/// Makes an image with so many KiB of address space; gives back the status and what was said.
fn within(kib: u64, to: &Path, request: &str) -> (Option<i32>, String) {
    let mut shell = Command::new("sh");
    let script = format!("ulimit -v {kib}; exec \"$@\"");
    let request = format!(
        "generate --output {} --quiet --overwrite --random-seed 1 -n 1 -j 1 --isl 0 --backend cpu {request}",
        to.display()
    );
    shell.args(["-c", &script, "sh", env!("CARGO_BIN_EXE_masque")]).args(request.split_whitespace());
    let output = shell.output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// An image that finds no memory ends the run with one line, whatever it is that the memory is for.
#[test]
fn memory_that_is_refused_is_told_in_one_line() {
    const STEP: u64 = 32 << 10;
    /// What a worker's heap of small things reserves; without it, the small are what is refused.
    const SMALL_THINGS: u64 = 128 << 10;
    let folder = tempfile::tempdir().unwrap();
    let enough = |request: &str| {
        let succeeds = |kib: &u64| within(*kib, folder.path(), request).0 == Some(0);
        (1..1000).map(|step| step * STEP).find(succeeds).unwrap()
    };
    let least = enough("--image-width-mean 8 --image-height-mean 8 --image-format jpeg --image-source assets");
    let size = "--image-width-mean 6000 --image-height-mean 4000";
    for format in ["jpeg --image-quality 100", "webp --image-source assets", "png --image-source assets"] {
        let mut refusals = 0;
        for kib in (least + SMALL_THINGS..).step_by(STEP as usize) {
            let (status, said) = within(kib, folder.path(), &format!("{size} --image-format {format}"));
            if status == Some(0) {
                break;
            }
            let one_line = said.starts_with("masque: ") && said.lines().count() == 1;
            assert!(
                matches!(status, Some(1 | 2)) && one_line && said.contains("memory"),
                "{format}, {kib} KiB: {said}"
            );
            refusals += 1;
        }
        assert!(refusals > 0, "{format}: the limits were too wide");
    }
}

/// The first part of a WebP holds 512 KiB, which noise fills long before the longest sides: at the highest quality, first.
#[test]
fn large_noise_fits_into_webp() {
    let folder = tempfile::tempdir().unwrap();
    let size = "--isl 0 -n 1 --image-width-mean 4200 --image-height-mean 4000";
    generate(folder.path(), &format!("{size} --image-format webp --image-quality 100"));
    assert_eq!(pillow(folder.path(), "print(*opened(items[0]).size)"), "4200 4000\n");
}
