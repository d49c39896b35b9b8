//! Tokenizers by name: from the hub's cache on this machine, and from a hub that this test plays.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod binary;
mod kinds;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Output;

use binary::command;
use kinds::TOKENIZERS;

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

fn tokenizer() -> Vec<u8> {
    let row = TOKENIZERS.iter().find(|row| row.name == "wordpiece").unwrap();
    fs::read(Path::new(&row.argument().unwrap()).join("tokenizer.json")).unwrap()
}

/// A cache as the hub's clients leave it.
fn fill(cache: &Path) {
    let repo = cache.join("models--acme--tiny");
    fs::create_dir_all(repo.join("refs")).unwrap();
    fs::create_dir_all(repo.join("snapshots").join(COMMIT)).unwrap();
    fs::write(repo.join("refs/main"), COMMIT).unwrap();
    fs::write(repo.join("snapshots").join(COMMIT).join("tokenizer.json"), tokenizer()).unwrap();
}

fn generate(flags: &str, variables: &[(&str, &str)]) -> Output {
    let mut command = command(&format!("generate -n 2 --isl 9 --random-seed 1 -q --output - {flags}"));
    for name in ["HF_HOME", "HF_HUB_CACHE", "HF_HUB_OFFLINE", "HF_TOKEN"] {
        command.env_remove(name);
    }
    // Where no test answers, nobody does: this port is reserved.
    command.env("HF_ENDPOINT", "http://127.0.0.1:1").env("HOME", "/nonexistent");
    command.envs(variables.iter().copied()).output().unwrap()
}

fn refusal(output: &Output) -> String {
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!((output.status.code(), said.lines().count(), output.stdout.len()), (Some(2), 1, 0), "{said}");
    said
}

#[test]
fn a_cached_name_is_found_without_a_network() {
    let folder = tempfile::tempdir().unwrap();
    fill(&folder.path().join("hub"));
    let (home, hub) = (folder.path().to_str().unwrap(), folder.path().join("hub"));
    let by_home = generate("--tokenizer acme/tiny", &[("HF_HOME", home)]);
    assert!(by_home.status.success(), "{}", String::from_utf8_lossy(&by_home.stderr));
    let places = [("HF_HUB_CACHE", hub.to_str().unwrap()), ("HF_HOME", "/nonexistent")];
    assert_eq!(generate("--tokenizer acme/tiny --offline", &places).stdout, by_home.stdout);
    let revision = format!("--tokenizer acme/tiny --tokenizer-revision {COMMIT}");
    assert_eq!(generate(&revision, &[("HF_HOME", home), ("HF_HUB_OFFLINE", "1")]).stdout, by_home.stdout);
}

#[test]
fn a_name_that_cannot_be_had_says_where_it_looked() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().to_str().unwrap();
    for (flags, more) in [("--offline", ("", "")), ("", ("HF_HUB_OFFLINE", "1")), ("", ("", ""))] {
        let mut variables = vec![("HF_HOME", home)];
        variables.extend(Some(more).filter(|(name, _)| !name.is_empty()));
        let said = refusal(&generate(&format!("--tokenizer acme/none {flags}"), &variables));
        assert!(said.contains(&format!("acme/none (main) is not in {home}/hub")) && said.contains("builtin"), "{said}");
        let online = flags.is_empty() && more.0.is_empty();
        assert_eq!(said.contains("http://127.0.0.1:1 answers"), online, "{said}");
    }
}

#[test]
fn a_name_is_downloaded_once_into_the_cache() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().to_str().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || serve(&listener, &tokenizer()));
    let variables = [("HF_HOME", home), ("HF_ENDPOINT", endpoint.as_str())];
    let fetched = generate("--tokenizer acme/tiny", &variables);
    assert!(fetched.status.success(), "{}", String::from_utf8_lossy(&fetched.stderr));
    assert!(String::from_utf8_lossy(&fetched.stdout).contains("texts"));
    assert_eq!(generate("--tokenizer acme/tiny --offline", &variables).stdout, fetched.stdout);
    let said = refusal(&generate("--tokenizer acme/other", &variables));
    assert!(said.contains("404") && said.contains(&endpoint), "{said}");
}

/// Answers for `acme/tiny` as the hub does, and with 404 for anything else.
fn serve(listener: &TcpListener, file: &[u8]) {
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let (mut request, mut range) = (String::new(), None);
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        reader.read_line(&mut request).unwrap();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap() <= 2 {
                break;
            }
            range = range.or(line.to_ascii_lowercase().trim().strip_prefix("range: bytes=").map(str::to_owned));
        }
        if !request.starts_with("GET /acme/tiny/resolve/main/tokenizer.json ") {
            stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
            continue;
        }
        let ends: Vec<usize> = range.iter().flat_map(|range| range.split('-')).flat_map(str::parse).collect();
        let (start, end) = (ends.first().copied().unwrap_or(0), ends.get(1).map_or(file.len(), |end| end + 1));
        let body = &file[start..end.min(file.len())];
        let status = if range.is_some() { "206 Partial Content" } else { "200 OK" };
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\nContent-Range: bytes {start}-{}/{}\r\nETag: \"abc\"\r\n\
            X-Repo-Commit: {COMMIT}\r\nConnection: close\r\n\r\n",
            body.len(),
            start + body.len() - 1,
            file.len()
        );
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body)).unwrap();
    }
}
