//! Signing in. Tests that need a sign-in server are ignored here; `.ci/sign-in` runs them against a certified OpenID
//! provider. Graph is the sandbox.

mod doctor;
mod identity;
pub mod tenant;
mod tokens;
mod ways;

const SECRET: &str = "s3cret+of/the=daemon";
