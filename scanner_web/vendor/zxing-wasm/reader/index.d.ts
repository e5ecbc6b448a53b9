// The part of zxing-wasm's reader that we use; the package's own types need two more packages.

export interface ReadResult {
  readonly isValid: boolean;
  readonly text: string;
}

export interface ReaderOptions {
  formats?: string[];
  maxNumberOfSymbols?: number;
  tryDownscale?: boolean;
}

export function prepareZXingModule(options: {
  overrides: { locateFile: (file: string, prefix: string) => string };
  fireImmediately: true;
}): Promise<unknown>;

export function readBarcodes(image: ImageData, options: ReaderOptions): Promise<ReadResult[]>;
