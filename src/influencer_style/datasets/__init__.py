"""Our Kedro datasets, each imported when it is needed: the catalog names `influencer_style.datasets.<Class>`."""

import lazy_loader

_MODULES = {
    "atomic": "AtomicCSVDataset AtomicJSONDataset AtomicParquetDataset AtomicTextDataset ManifestDataset",
    "models": "BaseDataset SynthesisBaseDataset LookProfilesDataset StyleEncoderDataset "
    "RegisteredGeneratorDataset RegisteredSynthesisDataset",
    "photos": "FaceStoreDataset PhotoSourceDataset",
    "picture": "FolderDataset PictureDataset WorkFolderDataset",
    "local": "OptionalDataset PreviousDataset",
}
__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submod_attrs={module: names.split() for module, names in _MODULES.items()}
)
