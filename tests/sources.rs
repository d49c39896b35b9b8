//! Source images through the built binary, made and judged by Pillow: upright, with their transparency, fitted as asked.
#![allow(clippy::unwrap_used)]

mod binary;

use std::fs;
use std::path::Path;
use std::process::Command;

use binary::{masque, run};

/// Runs a script of Pillow's in this folder; gives back what it said.
fn python(script: &str, folder: &Path) -> String {
    let output =
        Command::new("/usr/bin/python3").args(["-c", &[PILLOW, script].concat()]).arg(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What every script begins with: the folder's source images in their order, and what was made of each.
const PILLOW: &str = r#"
import base64, io, json, os, sys
from PIL import Image, ImageChops, ImageOps
folder = sys.argv[1]
os.makedirs(f"{folder}/from", exist_ok=True)

def scene(width=60, height=40):
    "Different at every corner and along every edge."
    image = Image.new("RGB", (width, height))
    for y in range(height):
        for x in range(width):
            image.putpixel((x, y), (255 * x // width, 255 * y // height, 255 * (x > width // 2 and y > height // 2)))
    return image

def made():
    names = sorted(os.listdir(f"{folder}/from"))
    records = [json.loads(line)["turns"][0]["images"][0] for line in open(f"{folder}/to/records.jsonl")]
    assert [record["source"] for record in records] == names, records
    for name, line in zip(names, open(f"{folder}/to/single_turn.jsonl")):
        image = Image.open(io.BytesIO(base64.b64decode(json.loads(line)["images"][0].split(";base64,")[1])))
        image.load()
        yield name, Image.open(f"{folder}/from/{name}"), image

def worst(one, other):
    assert (one.mode, one.size) == (other.mode, other.size), (one, other)
    return max(ImageChops.difference(one, other).tobytes())

def mean(one, other):
    assert (one.mode, one.size) == (other.mode, other.size), (one, other)
    data = ImageChops.difference(one, other).tobytes()
    return sum(data) / len(data)
"#;

fn generate(folder: &Path, flags: &str) {
    let (from, to) = (folder.join("from"), folder.join("to"));
    let count = fs::read_dir(&from).unwrap().count();
    run(&format!(
        "generate --output {} --overwrite --quiet --random-seed 3 --isl 0 -n {count} --image-source {} --image-source-sampling sequential-cycle {flags}",
        to.display(),
        from.display()
    ));
}

/// Every EXIF orientation in every format that keeps it.
#[test]
fn images_stand_upright() {
    let folder = tempfile::tempdir().unwrap();
    python(
        r#"
for orientation in range(1, 9):
    for form, how in [("jpeg", {"quality": 95, "subsampling": 0}), ("png", {}), ("tiff", {}), ("webp", {"lossless": True})]:
        exif = Image.Exif()
        exif[0x0112] = orientation
        scene().save(f"{folder}/from/{form}_{orientation}.{form}", form, exif=exif, **how)
"#,
        folder.path(),
    );
    let judge = r#"
count = 0
for name, source, image in made():
    source.load()
    upright = source if "tiff" in name else ImageOps.exif_transpose(source)  # Pillow turns a TIFF as it reads it
    (width, height), pad = upright.size, lambda side: (60 - side) // 2
    middle = image.crop((pad(width), pad(height), pad(width) + width, pad(height) + height))
    assert worst(middle, upright.convert("RGB")) <= (4 if "jpeg" in name else 0), name
    count += 1
print(count)
"#;
    // Where nothing is resized, nothing but the turn is to be seen.
    generate(folder.path(), "--image-width-mean 60 --image-height-mean 60 --image-fit contain");
    assert_eq!(python(judge, folder.path()).trim(), "32");
}

const TRANSPARENT: &str = r#"
clear = scene(64, 64).convert("RGBA")
for y in range(64):
    for x in range(64):
        if (x // 16 + y // 16) % 2:
            clear.putpixel((x, y), (255, 0, 0, 0))  # a red that nobody may see
        elif x > 40:
            clear.putpixel((x, y), (10, 200, 30, 128))
clear.save(f"{folder}/from/a.png")
clear.save(f"{folder}/from/b.webp", lossless=True, exact=True)
clear.convert("P").save(f"{folder}/from/c.png", transparency=0)
opaque = scene(64, 64).convert("RGBA")
opaque.save(f"{folder}/from/d_opaque.png")
"#;

#[test]
fn transparency_stays_where_the_format_holds_it() {
    let folder = tempfile::tempdir().unwrap();
    python(TRANSPARENT, folder.path());
    for (format, bound) in [("png", 0.6), ("webp", 8.0)] {
        let quality = if format == "png" { "" } else { "--image-quality 100" };
        generate(
            folder.path(),
            &format!("--image-width-mean 40 --image-height-mean 24 --image-format {format} {quality}"),
        );
        let judge = format!(
            r#"
for name, source, image in made():
    if "opaque" in name:
        assert image.mode == "RGB", "an alpha that hides nothing is dropped"
        continue
    assert image.mode == "RGBA", (name, image.mode)
    # Premultiplied, for what is transparent has no colour.
    expected = source.convert("RGBA").resize((40, 24), Image.BICUBIC)
    assert mean(image.convert("RGBa"), expected.convert("RGBa")) < {bound}, (name, mean(image.convert("RGBa"), expected.convert("RGBa")))
    assert mean(image.getchannel("A"), expected.getchannel("A")) < 0.5, name
"#
        );
        python(&judge, folder.path());
    }
    generate(folder.path(), "--image-width-mean 64 --image-height-mean 64 --image-format jpeg --image-quality 100");
    python(
        r#"
for name, source, image in made():
    white = Image.new("RGBA", source.size, "white")
    white.alpha_composite(source.convert("RGBA"))
    assert mean(image, white.convert("RGB")) < 4, (name, mean(image, white.convert("RGB")))
"#,
        folder.path(),
    );
}

#[test]
fn images_are_fitted_as_asked() {
    let folder = tempfile::tempdir().unwrap();
    python(
        r#"
scene(200, 100).save(f"{folder}/from/a_wide.png")
scene(100, 200).save(f"{folder}/from/b_tall.png")
clear = scene(200, 100).convert("RGBA")
clear.putalpha(200)
clear.save(f"{folder}/from/c_clear.png")
"#,
        folder.path(),
    );
    for (flag, expected) in [
        ("", "source.resize(size, Image.BICUBIC)"),
        ("--image-fit stretch", "source.resize(size, Image.BICUBIC)"),
        ("--image-fit cover", "ImageOps.fit(source, size, Image.BICUBIC)"),
        ("--image-fit contain", "ImageOps.pad(source, size, Image.BICUBIC, color=(0, 0, 0, 0)[:len(source.mode)])"),
    ] {
        for (width, height) in [(80, 80), (90, 41), (41, 90), (300, 310)] {
            generate(folder.path(), &format!("--image-width-mean {width} --image-height-mean {height} {flag}"));
            let judge = format!(
                r#"
size = ({width}, {height})
for name, source, image in made():
    expected = {expected}
    assert mean(image, expected) < 1.5, (name, size, mean(image, expected))
"#
            );
            python(&judge, folder.path());
        }
    }
}

/// Every set that has a name: the images go round in their order, Pillow decodes each, and nothing but the request changes a byte.
#[test]
fn every_named_set_goes_round() {
    for row in masque::content::image::IMAGE_SETS {
        let folder = tempfile::tempdir().unwrap();
        let generate = |to: &str, jobs: u32| {
            run(&format!(
                "generate --output {}/{to} --quiet --random-seed 3 --isl 0 -n 40 -j {jobs} --image-width-mean 30 --image-height-mean 20 --image-source {} --image-source-sampling sequential-cycle",
                folder.path().display(),
                row.name
            ));
            fs::read(folder.path().join(to).join("records.jsonl")).unwrap()
        };
        assert!(generate("to", 1) == generate("other", 2), "{}", row.name);
        let judge = r#"
names = [json.loads(line)["turns"][0]["images"][0]["source"] for line in open(f"{folder}/to/records.jsonl")]
period = names.index(names[0], 1) if names[0] in names[1:] else len(names)
assert names == (names[:period] * len(names))[:len(names)] and len(set(names)) == period, names
for line in open(f"{folder}/to/single_turn.jsonl"):
    image = Image.open(io.BytesIO(base64.b64decode(json.loads(line)["images"][0].split(";base64,")[1])))
    image.load()
    assert image.size == (30, 20), image
"#;
        python(judge, folder.path());
    }
}

/// What is no regular file is neither waited for nor read without end.
#[test]
fn only_regular_files_are_images() {
    let folder = tempfile::tempdir().unwrap();
    python(r#"scene().save(f"{folder}/from/a.png"); os.mkfifo(f"{folder}/from/b.png")"#, folder.path());
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("from/c.png")).unwrap();
    let output = masque(&format!(
        "generate --output {} --isl 0 -n 2 --image-width-mean 8 --image-height-mean 8 --image-source {}",
        folder.path().join("to").display(),
        folder.path().join("from").display()
    ));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.contains("1 images; 2 other files are skipped"), "{said}");
}
