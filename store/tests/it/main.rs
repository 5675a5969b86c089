//! The store from outside, one module a promise.
