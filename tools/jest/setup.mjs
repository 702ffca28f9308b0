// CommonJS packages that require Nest (nestjs-cls, …) fail on a require cycle under Jest's ESM
// loader unless Nest was imported before them.
import 'reflect-metadata';
import '@nestjs/common';
import '@nestjs/core';
