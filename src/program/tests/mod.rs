mod agreement;
mod differentiation;
mod factorization;
mod random;
pub(crate) mod sketch;
