//! `masque inspect --html`: where it writes and where it does not, and that nothing but the dataset and the flags is in the page. What a
//! browser makes of it is seen in a headless Chromium (`page.py`); where that or axe-core is not there these are reported as ignored,
//! with `MASQUE_REQUIRE_BROWSER=1` as failures.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "how long a page took to load is told, not held to anything")]

mod binary;

use std::fs;
use std::path::Path;
use std::process::Command;

use binary::{masque, run};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

const TEXT: &str = "--isl 60 --isl-stddev 20 --osl 20";
const MEDIA: &str = "--image-width-mean 40 --image-height-mean 30 --audio-length-mean 0.3 --video-width 64 --video-height 48 \
                     --video-frames 8 --video-fps 8 --video-format mp4 --video-codec masque_h264";

/// What is held without a browser.
const CASES: [(&str, fn()); 6] = [
    ("a page follows from the dataset and the flags alone", bytes_are_the_same),
    ("what is no page of masque's stays", foreign_files_stay),
    ("a page of masque's is replaced", pages_are_replaced),
    ("a page is written when faults are found", faults_are_in_it),
    ("a page may lie in the dataset's folder", in_the_folder),
    ("a page goes with JSON on standard output", beside_json),
];

fn main() {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(1); // a browser is many threads
    let held = CASES.iter().map(|(name, case)| {
        Trial::test(*name, || {
            case();
            Ok(())
        })
    });
    libtest_mimic::run(&arguments, held.chain(browser()).collect()).exit();
}

/// The cases of `page.py`.
fn browser() -> Vec<Trial> {
    match page_py(&[]) {
        Ok(cases) => {
            let cases = cases.lines().map(str::to_owned);
            cases.map(|case| Trial::test(format!("browser: {case}"), move || page_py(&[&case]).map(|_| ()))).collect()
        }
        Err(why) => {
            let required = std::env::var_os("MASQUE_REQUIRE_BROWSER").is_some();
            let reason = why.message().unwrap_or_default().lines().last().unwrap_or_default().to_owned();
            vec![Trial::test(format!("browser: {reason}: sh tests/page.sh"), || Err(why)).with_ignored_flag(!required)]
        }
    }
}

fn page_py(arguments: &[&str]) -> Result<String, Failed> {
    let output = Command::new("python3")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["tests/page.py", "--masque", env!("CARGO_BIN_EXE_masque")])
        .args(arguments)
        .output()
        .map_err(|why| format!("python3: {why}"))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        return Err(said.into());
    }
    eprint!("{said}");
    Ok(String::from_utf8(output.stdout)?)
}

/// A folder with a dataset in `set`.
fn made(flags: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    run(&format!("generate --output {}/set --random-seed 5 --quiet {flags}", folder.path().display()));
    folder
}

/// Looks into the dataset, with a page of this name beside it; gives back the status and what was said on standard error.
fn inspect(folder: &Path, page: &str, flags: &str) -> (Option<i32>, String) {
    let at = folder.display();
    let output = masque(&format!("inspect {at}/set --quiet --html {at}/{page} {flags}"));
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

const DONE: (Option<i32>, String) = (Some(0), String::new());

/// The data of a page.
fn data(page: &Path) -> Value {
    let page = fs::read_to_string(page).unwrap();
    let data =
        page.split("<script type=\"application/json\" id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap();
    assert!(!data.contains('<'));
    serde_json::from_str(data).unwrap()
}

fn bytes_are_the_same() {
    let folder = made(&format!("-n 1500 --media files --media-reuse-rate 0.98 --media-pool-size 5 {TEXT} {MEDIA}"));
    let at = folder.path();
    for (name, flags) in [("a.html", "-j 1"), ("b.html", "-j 2"), ("c.HTML", "-j 7 --json")] {
        assert_eq!(inspect(at, name, flags), DONE, "{flags}");
    }
    let copied = Command::new("cp").arg("-r").arg(at.join("set")).arg(at.join("other")).status().unwrap();
    assert!(copied.success());
    run(&format!("inspect {0}/other --quiet --html {0}/d.html", at.display()));
    let first = fs::read(at.join("a.html")).unwrap();
    for name in ["b.html", "c.HTML", "d.html"] {
        assert!(fs::read(at.join(name)).unwrap() == first, "{name} differs");
    }
    assert_eq!(inspect(at, "e.html", "--model-family gemma3"), DONE);
    assert!(fs::read(at.join("e.html")).unwrap() != first, "flags are in it");
    let data = data(&at.join("a.html"));
    assert_eq!(data["samples"]["records"].as_array().unwrap().len(), 24);
    assert_eq!((&data["records"]["count"], data["records"]["isl"].as_array().unwrap().len()), (&1500.into(), 1500));
}

/// Whatever it is that is there: it is refused before anything is looked at, in one line, and stays as it is.
fn foreign_files_stay() {
    let folder = made("-n 3 --isl 9");
    let at = folder.path();
    fs::write(at.join("mine.html"), "<!doctype html><title>mine</title>").unwrap();
    fs::write(at.join("empty.html"), "").unwrap();
    fs::create_dir(at.join("folder.html")).unwrap();
    assert_eq!(inspect(at, "page.html", ""), DONE);
    std::os::unix::fs::symlink(at.join("page.html"), at.join("link.html")).unwrap();
    // A fault that would be found, were it looked for.
    fs::write(at.join("set/records.jsonl"), "").unwrap();
    let before = listed(at);
    let rows = [
        ("mine.html", "is there, and is no page of masque's; name another file"),
        ("empty.html", "is there, and is no page of masque's"),
        ("folder.html", "is there, and is no page of masque's"),
        ("link.html", "is there, and is no page of masque's"),
        ("set/records.jsonl", "name a file that ends in .html"),
        ("page", "name a file that ends in .html"),
        ("nowhere/page.html", "cannot be written: No such file or directory"),
    ];
    for (name, words) in rows {
        let (status, said) = inspect(at, name, "");
        assert!(
            said.starts_with("masque: --html") && said.contains(words) && said.lines().count() == 1,
            "{name}: {said}"
        );
        assert_eq!((status, listed(at)), (Some(2), before.clone()), "{name}");
    }
    assert_eq!(fs::read(at.join("mine.html")).unwrap(), b"<!doctype html><title>mine</title>");
}

fn listed(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

fn pages_are_replaced() {
    let folder = made("-n 3 --isl 9");
    let at = folder.path();
    assert_eq!(inspect(at, "page.html", ""), DONE);
    let first = fs::read(at.join("page.html")).unwrap();
    run(&format!("generate --output {}/set --overwrite --random-seed 6 --quiet -n 4 --isl 9", at.display()));
    assert_eq!(inspect(at, "page.html", ""), DONE);
    assert!(fs::read(at.join("page.html")).unwrap() != first);
    assert_eq!(listed(at), ["page.html", "set"], "nothing else is left");
}

fn faults_are_in_it() {
    let folder = made(&format!("-n 5 --media files {TEXT} {MEDIA}"));
    let at = folder.path();
    fs::remove_file(at.join("set/media/0000/000003_image_0.png")).unwrap();
    let (status, said) = inspect(at, "page.html", "");
    assert!(status == Some(1) && said.contains("000003_image_0.png") && said.lines().count() == 1, "{said}");
    let data = data(&at.join("page.html"));
    assert_eq!(
        (&data["report"]["fault_count"], &data["records"]["faults"]),
        (&1.into(), &serde_json::json!([0, 0, 0, 1, 0]))
    );
    let shown = |record: usize| &data["samples"]["records"][record]["turns"][0]["parts"];
    let image = shown(3)[1]["item"].as_u64().unwrap() as usize;
    assert_eq!(data["samples"]["media"][image]["shown"], "nothing");
    assert!(data["samples"]["media"][image]["why"].as_str().unwrap().contains("No such file"));
}

fn in_the_folder() {
    let folder = made("-n 3 --isl 9");
    for _ in 0..2 {
        assert_eq!(inspect(folder.path(), "set/page.html", ""), DONE);
    }
    run(&format!("generate --output {}/set --overwrite --random-seed 6 --quiet -n 4 --isl 9", folder.path().display()));
    assert!(folder.path().join("set/page.html").exists(), "what is beside a dataset stays");
}

fn beside_json() {
    let folder = made(&format!("-n 5 {TEXT}"));
    let at = folder.path().display();
    let report: Value =
        serde_json::from_str(&run(&format!("inspect {at}/set --quiet --json --html {at}/page.html"))).unwrap();
    assert_eq!(data(&folder.path().join("page.html"))["report"], report);
}
