//! ADMX
