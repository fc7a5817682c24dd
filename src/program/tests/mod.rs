mod differentiation;
mod factorization;
mod sketch;
