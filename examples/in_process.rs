//! A load generator's inner loop: 100 multimodal requests, made in process and sent to a chat endpoint as they come.
//!
//!     cargo run --release --example in_process -- 127.0.0.1:8000

use std::io::{Read, Write};
use std::net::TcpStream;

use masque::{Distribution, Generator, ImageSpec, Seed, Spec, TextSpec};
use serde_json::json;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let endpoint = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8000".to_owned());
    let mut spec = Spec::default();
    (spec.seed, spec.records) = (Seed(42), 100);
    spec.text = Some(TextSpec::new(Distribution::fixed(128.0)));
    let width = Distribution::normal(256.0, 64.0).between(64.0, 512.0);
    spec.image = Some(ImageSpec::new(width, Distribution::fixed(192.0)));

    for record in Generator::new(spec)?.records(0..100)? {
        for turn in record?.turns {
            let mut content = vec![json!({"type": "text", "text": turn.prompts[0].text})];
            content.extend(
                turn.images.iter().map(|image| json!({"type": "image_url", "image_url": {"url": image.data_url()}})),
            );
            let body = json!({"model": "any", "messages": [{"role": "user", "content": content}]}).to_string();
            let mut connection = TcpStream::connect(&endpoint)?;
            write!(connection, "POST /v1/chat/completions HTTP/1.1\r\nHost: {endpoint}\r\nConnection: close\r\n")?;
            write!(connection, "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len())?;
            connection.read_to_string(&mut String::new())?;
        }
    }
    Ok(())
}
