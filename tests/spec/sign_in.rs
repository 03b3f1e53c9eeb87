//! Signing in. What needs a server that signs people in is ignored here, and run by `.ci/sign-in` against a certified
//! OpenID provider; Graph is the sandbox.

mod doctor;
mod identity;
pub mod tenant;
mod tokens;
mod ways;

const SECRET: &str = "s3cret+of/the=daemon";
