//! Servers with invalid answers: always a reason and exit code 1.

use axum::Router;
use axum::http::header::CONTENT_TYPE;

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
