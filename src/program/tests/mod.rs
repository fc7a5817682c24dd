mod agreement;
mod differentiation;
mod factorization;
pub(crate) mod sketch;
