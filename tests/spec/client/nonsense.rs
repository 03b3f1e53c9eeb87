//! Servers with invalid answers: always a reason and exit code 1.

use axum::Router;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};

use crate::harness::background::Background;
use crate::harness::{Repository, served};

/// A server that answers everything with the same body, in a thread that ends with the test's process.
fn answering(body: &'static str) -> String {
    let router = Router::new().fallback(move || async move { ([(CONTENT_TYPE, "application/json")], body) });
    Background::serve(|_| router).for_good()
}

#[test]
fn json_of_another_shape_is_reported() {
    for body in ["[1]", "\"x\"", "5", "null", "{}", "<html>", "", "{\"value\": null}", "{\"value\": [1]}"] {
        let repo = Repository::new(&served("contoso", &answering(body), ""));
        repo.policy(
            "a",
            "name: A\nsettings: { Camera/AllowCamera: 0 }\nassignments: { include: [{ group: Kiosks }] }\n",
        );
        let ran = repo.ran("plan");
        assert_eq!(ran.code, Some(1), "{body}: {}{}", ran.out, ran.err);
        assert!(ran.err.starts_with("error: the answer to /v1.0/organization cannot be used: "), "{body}: {}", ran.err);
        assert!(ran.err.contains("\nhelp: "), "{body}: {}", ran.err);
    }
}

/// Some hundred kilobytes become more than 256 MB. The server would send them twenty times over if it were asked again.
#[test]
fn an_answer_that_unpacks_without_end_is_refused() {
    let repo = Repository::new(&served("contoso", &packed(300 << 20), ""));
    let said = repo.ran("plan").fails();
    assert!(
        said.starts_with(
            "error: the answer to /v1.0/organization cannot be used: it is larger than any answer that Graph gives"
        ),
        "{said}"
    );
}

/// A server that answers everything with this many packed blanks.
fn packed(length: usize) -> String {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..length >> 20 {
        std::io::Write::write_all(&mut packer, &vec![b' '; 1 << 20]).unwrap();
    }
    let body = packer.finish().unwrap();
    let headers = [(CONTENT_TYPE, "application/json"), (CONTENT_ENCODING, "gzip")];
    let router = Router::new().fallback(move || {
        let body = body.clone();
        async move { (headers, body) }
    });
    Background::serve(|_| router).for_good()
}

/// Deeper than any object of Graph; a reader that calls itself for each level would end the program.
#[test]
fn an_answer_without_a_bottom_is_refused() {
    let body: &'static str = Box::leak(format!("{{\"value\": {}", "[".repeat(1 << 20)).into_boxed_str());
    let repo = Repository::new(&served("contoso", &answering(body), ""));
    let said = repo.ran("plan").fails();
    assert!(said.starts_with("error: the answer to /v1.0/organization cannot be used: it is not JSON"), "{said}");
}
